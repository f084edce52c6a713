// The picture of a few trials, whatever they are: images, curves, rows or pairs of numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/data/trial_shape.hpp"
#include "engine/pictures/histogram_sheet.hpp"
#include "engine/pictures/picture.hpp"
#include "engine/pictures/series.hpp"

namespace vgan {

/// How many trials a sheet shows and how.
struct TrialSheet {
  std::int64_t columns = 10;  ///< tiles in a row; 0: as near to a square as can be
  std::int64_t rows = 10;
  int scale = 0;  ///< of images: pixels for each of theirs; 0: as readable_scale says
  /// What the axis of curves and pairs spans; absent: from the lowest to the highest value drawn,
  /// but see curve_range.
  std::optional<Range> axis = {};
  /// The horizontal axis of pairs spans this, where `axis` is the vertical one's alone.
  std::optional<Range> x_axis = {};
  /// The real numbers of the columns of rows that are drawn, behind those of the trials.
  std::vector<std::vector<double>> real = {};
  std::vector<std::string> names = {};  ///< of the columns of rows; empty: "column 0", ...
  int histograms_across = 4;            ///< of rows: histograms side by side

  std::int64_t count() const { return columns * rows; }
};

/// The sheet for trials of this shape: 10 x 10 images, fewer where they are large; 10 x 6 curves;
/// 2,000 pairs or rows. Nothing where even one trial is too large for a picture.
std::optional<TrialSheet> sheet_for(const TrialShape& shape);

/// How many pixels each of an image's gets on a sheet of `columns` x `rows` images: 2, or 1 for
/// images of more than 300 pixels a side; more for tiny ones, until the longer side has 56 pixels,
/// as long as the sheet stays within some 1,200.
int readable_scale(const TrialShape& shape, std::int64_t columns, std::int64_t rows);

/// Any number of trials, row after row: images as they are (see make_grid, make_rgb_grid), curves
/// as small plots (draw_curve_sheet), pairs as points (draw_pairs), the columns of rows as
/// histograms (draw_histograms). `values` is count x shape; `low` is black and `high` is white.
/// Throws Error bad_config where they cannot be drawn.
Picture draw_trials(std::span<const double> values, const TrialShape& shape, double low,
                    double high, const TrialSheet& sheet);
/// Draws trials of bytes so, 0 black and 255 white.
Picture draw_trials(std::span<const std::uint8_t> values, const TrialShape& shape,
                    const TrialSheet& sheet);

/// How many of `width` columns are drawn.
std::int64_t columns_drawn(std::int64_t width);

/// The numbers of the columns that are drawn, of rows of `width`. `Number`: float, double, u8.
template <class Number>
std::vector<std::vector<double>> columns_of(std::span<const Number> rows, std::int64_t width) {
  std::vector<std::vector<double>> columns(static_cast<std::size_t>(columns_drawn(width)));
  for (std::size_t first = 0; first < rows.size(); first += static_cast<std::size_t>(width)) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns[i].push_back(static_cast<double>(rows[first + i]));
    }
  }
  return columns;
}

/// The histograms of columns beside the real ones of `sheet`; `generated` may be empty. `width` is
/// the number of columns, those that are not drawn included.
Picture draw_columns(std::vector<std::vector<double>> generated, std::int64_t width,
                     const TrialSheet& sheet);

}  // namespace vgan
