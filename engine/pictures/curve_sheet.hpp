// Many curves on one sheet.
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
  /// What every plot's vertical axis spans; absent: the curve_range of all.
  std::optional<Range> axis;
};

/// At most this many curves are drawn on one sheet, and this many channels of each.
inline constexpr std::int64_t most_curves = 1000;
inline constexpr std::int64_t most_channels_drawn = 6;

/// The smallest and the largest of `values`, with room on both sides where they are one.
Range value_range(std::span<const double> values);

/// The smallest and the largest value of the channels that are drawn. Rare values that would leave
/// the rest flat, twenty times lower than the plot, are left outside; a curve's peaks are not.
/// `values` has channels innermost.
Range curve_range(std::span<const double> values, std::int64_t channels);

/// Small plots of `count` curves of `length` points, row after row, all with one vertical axis,
/// whose numbers stand beside each row; the number of a point stands below the lowest plots.
/// `values` is count x length x channels. The channels of a curve share its plot and have a colour
/// each, named above the plots; after the first most_channels_drawn the rest are left out, with a
/// word, and so is what lies outside the axis. Where zero lies on the axis a line marks it. Throws
/// Error bad_config for no curves, more than most_curves, fewer than two points, no channels,
/// another number of values, or a size outside its limits.
RgbImage draw_curve_sheet(std::span<const double> values, std::int64_t length,
                          std::int64_t channels, const CurveSheetStyle& style = {});

}  // namespace vgan
