// The picture of a few trials, whatever they are: images, curves or pairs of numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/pictures/picture.hpp"
#include "engine/pictures/series.hpp"
#include "engine/trial_shape.hpp"

namespace vgan {

/// How many trials a sheet shows and how.
struct TrialSheet {
  std::int64_t columns = 10;  ///< tiles in a row; 0: as near to a square as can be
  std::int64_t rows = 10;
  int scale = 2;  ///< of images: pixels for each of theirs
  /// What the axis of curves and pairs spans; absent: from the lowest to the highest value drawn.
  std::optional<Range> axis;

  std::int64_t count() const { return columns * rows; }
};

/// The sheet for trials of this shape: 10 x 10 images, fewer and smaller where they are large; 10 x
/// 6 curves; 2,000 pairs. Nothing where even one trial is too large for a picture.
std::optional<TrialSheet> sheet_for(const TrialShape& shape);

/// Any number of trials, row after row: images as they are (see make_grid, make_rgb_grid), curves
/// as small plots (draw_curve_sheet), pairs as points (draw_pairs). `values` is count x shape;
/// `low` is black and `high` is white. Throws Error bad_config where they cannot be drawn.
Picture draw_trials(std::span<const float> values, const TrialShape& shape, float low, float high,
                    const TrialSheet& sheet);
/// The same for bytes, 0 black and 255 white.
Picture draw_trials(std::span<const std::uint8_t> values, const TrialShape& shape,
                    const TrialSheet& sheet);

}  // namespace vgan
