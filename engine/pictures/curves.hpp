// Curves against one horizontal axis, in stacked panels: the picture of how a run went.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/pictures/picture.hpp"
#include "engine/pictures/series.hpp"

namespace vgan {

struct Curve {
  std::string name;  ///< for the legend
  std::vector<double> x;
  std::vector<double> y;  ///< as long as x; NaN, Inf and sizes from 1e100 are gaps
  RgbColour colour;
  /// Many noisy values: draw them faint, and their running mean over about 3 % of the points bold.
  bool draw_raw_faint_and_smoothed = false;
};

struct Panel {
  std::string title;
  std::vector<Curve> curves;
  /// What the vertical axis spans. Chosen from the values where it is absent; then rare far
  /// outliers are left outside, and the panel says how many.
  std::optional<Range> y_range;
};

/// Colours that colour-blind readers tell apart (Okabe and Ito, 2008).
inline constexpr RgbColour curve_blue{0, 114, 178};
inline constexpr RgbColour curve_vermilion{213, 94, 0};
inline constexpr RgbColour curve_green{0, 158, 115};
inline constexpr RgbColour curve_purple{204, 121, 167};
inline constexpr RgbColour curve_orange{230, 159, 0};

struct CurvesStyle {
  int width = 1000;  ///< pixels, 300 to 10000
  int height = 700;  ///< pixels, 300 to 10000
  std::string x_label = "epoch";
};

/// Draws the panels from top to bottom, each with axes, ticks and a legend; all share the
/// horizontal axis, whose ticks are whole numbers. Throws Error internal for a curve whose x and y
/// differ in length, for no panels, or for a size outside its limits.
RgbImage draw_curves(const std::string& title, const std::vector<Panel>& panels,
                     const CurvesStyle& style = {});

/// How training went: values for each recorded epoch. Those that the model does not have are empty,
/// the others of one length.
struct TrainingHistory {
  std::vector<double> epoch;
  // of a GAN
  std::vector<double> d_loss;
  std::vector<double> g_loss;
  std::vector<double> accuracy_real;  ///< share of real images that D calls real, 0 to 1
  std::vector<double> accuracy_fake;  ///< share of generated images that D calls generated, 0 to 1
  std::vector<double> gradient_penalty;
  // of an autoencoder
  std::vector<double> reconstruction;  ///< negative log-likelihood of a trial, nats
  std::vector<double> squared_error;   ///< of a number, in the network's units
  std::vector<double> kl;              ///< of a trial's posterior to the prior, nats
};

/// Panels from top to bottom: a GAN's losses, its gradient penalty where there is one, D's
/// accuracies; or an autoencoder's reconstruction and squared error, and a VAE's KL in place of the
/// error.
RgbImage draw_training(const std::string& title, const TrainingHistory& history,
                       const CurvesStyle& style = {});

}  // namespace vgan
