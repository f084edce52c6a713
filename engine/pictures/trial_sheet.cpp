#include "engine/pictures/trial_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/pictures/curve_sheet.hpp"
#include "engine/pictures/grid.hpp"
#include "engine/pictures/pairs.hpp"

namespace vgan {
namespace {

// Up to 10 x 10 images on at most some 3000 pixels a side.
constexpr std::int64_t most_tiles = 10;
constexpr std::int64_t sheet_side = 3000;
constexpr std::int64_t readable_tile = 56;     // pixels of an image's longer side
constexpr std::int64_t readable_sheet = 1200;  // up to which tiny images are enlarged
constexpr std::int64_t largest_image = 20000;  // pixels a side
constexpr std::int64_t longest_curve = std::int64_t{1} << 18;

std::int64_t count_of(std::size_t values, const TrialShape& shape) {
  if (shape.height < 1 || shape.width < 1 || shape.channels < 1) {
    throw Error(ErrorCode::bad_config, {"cannot draw trials", "", "trials of no values",
                                        "a height, a width and channels of 1 or more", ""});
  }
  const auto each = static_cast<std::size_t>(shape.size());
  if (values % each != 0) {
    throw Error(ErrorCode::bad_config,
                {"cannot draw trials", "", std::to_string(values) + " values",
                 "whole trials of " + std::to_string(each), ""});
  }
  return static_cast<std::int64_t>(values / each);
}

}  // namespace

int readable_scale(const TrialShape& shape, std::int64_t columns, std::int64_t rows) {
  const std::int64_t longer = std::max(shape.height, shape.width);
  const std::int64_t usual = longer * most_tiles <= sheet_side ? 2 : 1;
  const std::int64_t wanted = (readable_tile - 1) / longer + 1;
  const std::int64_t fits =
      readable_sheet / std::max({std::int64_t{1}, columns * shape.width, rows * shape.height});
  return static_cast<int>(std::max(usual, std::min(wanted, fits)));
}

std::optional<TrialSheet> sheet_for(const TrialShape& shape) {
  if (shape.is_pair() || shape.is_row()) return TrialSheet{2000, 1, 1};
  if (shape.is_curve()) {
    if (shape.size() > longest_curve) return std::nullopt;
    return TrialSheet{10, 6, 1};
  }
  if (std::max(shape.height, shape.width) > largest_image) return std::nullopt;
  const std::int64_t scale = readable_scale(shape, most_tiles, most_tiles);
  const auto fit = [&](std::int64_t side) {
    return std::clamp<std::int64_t>(sheet_side / (side * scale), 1, most_tiles);
  };
  return TrialSheet{fit(shape.width), fit(shape.height), static_cast<int>(scale)};
}

std::int64_t columns_drawn(std::int64_t width) { return std::min(width, most_histograms); }

Picture draw_columns(std::vector<std::vector<double>> generated, std::int64_t width,
                     const TrialSheet& sheet) {
  std::vector<HistogramColumn> columns(std::max(sheet.real.size(), generated.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i].name = i < sheet.names.size() ? sheet.names[i] : "column " + std::to_string(i);
    if (i < sheet.real.size()) columns[i].real = sheet.real[i];
    if (i < generated.size()) columns[i].generated = std::move(generated[i]);
  }
  const auto drawn = static_cast<std::int64_t>(columns.size());
  return draw_histograms(columns, {sheet.histograms_across, width - drawn});
}

Picture draw_trials(std::span<const double> values, const TrialShape& shape, double low,
                    double high, const TrialSheet& sheet) {
  (void)count_of(values.size(), shape);
  if (shape.is_pair()) {
    if (sheet.axis) return draw_pairs(values, sheet.x_axis.value_or(*sheet.axis), *sheet.axis);
    const PairAxes axes = pair_axes(values, value_range(values));
    return draw_pairs(values, axes.x, axes.y);
  }
  if (shape.is_row()) {
    return draw_columns(columns_of(values, shape.size()), shape.size(), sheet);
  }
  if (shape.is_curve()) {
    CurveSheetStyle style;
    if (sheet.columns > 0) style.columns = static_cast<int>(sheet.columns);
    style.axis = sheet.axis;
    return draw_curve_sheet(values, shape.height * shape.width, shape.channels, style);
  }
  std::vector<std::uint8_t> pixels(values.size());
  std::transform(values.begin(), values.end(), pixels.begin(), [&](double value) {
    // A constant is grey. Bytes are rounded as devices round them, in floats.
    const float share = high > low ? static_cast<float>((value - low) / (high - low)) : 0.5F;
    return static_cast<std::uint8_t>(std::clamp(share * 255.0F + 0.5F, 0.0F, 255.0F));
  });
  return draw_trials(std::span<const std::uint8_t>(pixels), shape, sheet);
}

Picture draw_trials(std::span<const std::uint8_t> values, const TrialShape& shape,
                    const TrialSheet& sheet) {
  const std::int64_t count = count_of(values.size(), shape);
  if (shape.is_pair() || shape.is_row() || shape.is_curve()) {
    const std::vector<double> numbers(values.begin(), values.end());
    return draw_trials(numbers, shape, 0.0, 255.0, sheet);
  }
  const auto height = static_cast<int>(shape.height);
  const auto width = static_cast<int>(shape.width);
  const std::int64_t square = std::llround(std::ceil(std::sqrt(static_cast<double>(count))));
  const std::int64_t across = std::min(sheet.columns > 0 ? sheet.columns : square, count);
  const auto columns = static_cast<int>(across);
  const int scale =
      sheet.scale > 0
          ? sheet.scale
          : readable_scale(shape, across, (count + across - 1) / std::max<std::int64_t>(across, 1));
  const int gap = std::max(2, scale / 3);  // wide beside wide pixels
  if (shape.channels == 1) {
    return make_grid(values.data(), count, height, width, columns, scale, gap);
  }
  return make_rgb_grid(values.data(), count, height, width, static_cast<int>(shape.channels),
                       columns, scale, gap);
}

}  // namespace vgan
