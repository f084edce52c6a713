// Many curves, or a cloud of points, on one sheet.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/pictures/picture.hpp"
#include "engine/pictures/series.hpp"

namespace vgan {

struct CurveSheetStyle {
  int columns = 10;       ///< plots in a row
  int tile_width = 150;   ///< pixels of a plot, 16 to 2000
  int tile_height = 100;  ///< pixels of a plot, 16 to 2000
  /// What every plot's vertical axis spans; absent: from the lowest to the highest value of all.
  std::optional<Range> axis;
};

/// At most this many curves are drawn on one sheet.
inline constexpr std::int64_t most_curves = 1000;

/// The smallest and the largest of `values`, with room on both sides where they are one.
Range value_range(std::span<const float> values);

/// Small plots of `count` curves of `length` points, row after row, all with one vertical axis;
/// what lies outside it is cut off. `values` is count x length x channels; the channels (1 to 3) of
/// a curve share its plot and have a colour each. Where zero lies on the axis a faint line marks
/// it. Throws Error bad_config for no curves, more than most_curves, fewer than two points, another
/// number of channels or values, or a size outside its limits.
RgbImage draw_curve_sheet(std::span<const float> values, std::int64_t length, int channels,
                          const CurveSheetStyle& style = {});

/// A square plot of pairs (x, y), count x 2; both axes span `axis`, with ticks. Throws Error
/// bad_config for no pairs, or for half of one.
RgbImage draw_pairs(std::span<const float> values, const Range& axis);

}  // namespace vgan
