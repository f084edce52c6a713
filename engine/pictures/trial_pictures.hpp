// Real trials and samples as pictures that can be laid side by side.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/data/trials.hpp"
#include "engine/pictures/trial_sheet.hpp"

namespace vgan {

/// The sheet for these data. Curves get the axis of the real curves that draw_real shows, so that
/// one outlier among all the data does not leave the rest flat; pairs that of all the data; rows
/// the real numbers of each column that is drawn, of up to 20,000 rows. Nothing where even one
/// trial is too large for a picture.
std::optional<TrialSheet> sheet_for_data(const Trials& trials);
/// The sheet for one of several pictures side by side: plots of up to 640 pixels in all, so that
/// their numbers can still be read.
std::optional<TrialSheet> panel_for_data(const Trials& trials);

/// Real trials, of rows the histograms of sheet.real; of others up to sheet.count(): the lines
/// shared out among the classes where there are labels of no more classes than rows and enough
/// trials of each; else the first.
Picture draw_real(const Trials& trials, const TrialSheet& sheet);

/// Whether these data are drawn as plots: their samples are wanted as numbers then, for 256 steps
/// would show.
bool draws_plots(const Trials& trials);

/// Samples in the data's own units, count x trial, drawn in their order on the sheet's axis, rows
/// in front of sheet.real.
Picture draw_samples(std::span<const double> samples, const Trials& trials,
                     const TrialSheet& sheet);
Picture draw_samples(std::span<const float> samples, const Trials& trials, const TrialSheet& sheet);
/// Draws samples as Trainer::preview gives them, 0 to 255 for the data's range.
Picture draw_samples(std::span<const std::uint8_t> samples, const Trials& trials,
                     const TrialSheet& sheet);

}  // namespace vgan
