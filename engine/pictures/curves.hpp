// Curves against one horizontal axis, in stacked panels: the picture of how a run went.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/pictures/long_series.hpp"
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
  /// Where each point is the mean of many values: the lowest and highest of them, which are drawn
  /// faint in place of the points.
  std::vector<Point> extremes = {};
  std::uint64_t gaps_in_means = 0;  ///< values that the means leave out, as not drawable
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

/// How training went: values by epoch. Those that the model does not have are empty.
struct TrainingHistory {
  // of a GAN
  LongSeries d_loss;
  LongSeries g_loss;
  LongSeries accuracy_real;  ///< share of real images that D calls real, 0 to 1
  LongSeries accuracy_fake;  ///< share of generated images that D calls generated, 0 to 1
  LongSeries gradient_penalty;
  // of an autoencoder
  LongSeries reconstruction;  ///< negative log-likelihood of a trial, nats
  LongSeries squared_error;   ///< of a number, in the network's units
  LongSeries kl;              ///< of a trial's posterior to the prior, nats
  // of a masked model
  LongSeries cross_entropy;  ///< of a column that is not shown, nats
  LongSeries gradient_norm;  ///< before it is clipped

  bool empty() const { return d_loss.empty() && reconstruction.empty() && cross_entropy.empty(); }
};

/// Panels from top to bottom: a GAN's losses, its gradient penalty where there is one, D's
/// accuracies; or an autoencoder's reconstruction and squared error, and a VAE's KL in place of the
/// error; or a masked model's cross-entropy, and the norm of its gradient where it is clipped.
RgbImage draw_training(const std::string& title, const TrainingHistory& history,
                       const CurvesStyle& style = {});

}  // namespace vgan
