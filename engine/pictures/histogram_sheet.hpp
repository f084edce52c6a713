// Columns of numbers as histograms, real beside virtual.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/pictures/picture.hpp"

namespace vgan {

/// One column: its name and its numbers, of real rows and of virtual ones. Either may be empty.
struct HistogramColumn {
  std::string name;
  std::vector<double> real;
  std::vector<double> generated;
};

struct HistogramSheetStyle {
  int columns = 4;  ///< histograms in a row
  /// How many further columns there are that are not drawn: the sheet says so.
  std::int64_t left_out = 0;
};

/// So many columns of a row are drawn: what fits on a screen.
inline constexpr std::int64_t most_histograms = 24;

inline constexpr RgbColour histogram_real{168, 200, 226};    ///< a real bar's inside
inline constexpr RgbColour histogram_generated{213, 94, 0};  ///< the outline of virtual ones
inline constexpr RgbColour histogram_generated_only{250, 217,
                                                    190};  ///< inside it, without real ones

/// A histogram for each column, row after row, with axes of its own: the column's numbers below it,
/// percent of the rows at its side. Real rows are filled bars, virtual ones an outline in front,
/// or, where a bar is of one value (see bins_for), bars beside them. Bins are those for the
/// real numbers, or for the virtual ones where there are no real. What lies outside them, a
/// constant, and a virtual bar that is cut off at three times the highest real one are said in
/// words above the plot. Throws Error bad_config for no columns, more than most_histograms, or a
/// column without numbers.
RgbImage draw_histograms(const std::vector<HistogramColumn>& columns,
                         const HistogramSheetStyle& style = {});

}  // namespace vgan
