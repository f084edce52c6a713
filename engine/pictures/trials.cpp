#include "engine/pictures/trials.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "engine/pictures/curve_sheet.hpp"
#include "engine/pictures/grid.hpp"

namespace vgan {
namespace {

// Up to 10 x 10 images on at most some 3000 pixels a side.
constexpr std::int64_t most_tiles = 10;
constexpr std::int64_t sheet_side = 3000;
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

std::optional<TrialSheet> sheet_for(const TrialShape& shape) {
  if (shape.is_pair()) return TrialSheet{2000, 1, 1, {}};
  if (shape.is_curve()) {
    if (shape.size() > longest_curve) return std::nullopt;
    return TrialSheet{10, 6, 1, {}};
  }
  if (std::max(shape.height, shape.width) > largest_image) return std::nullopt;
  const bool small = std::max(shape.height, shape.width) * most_tiles <= sheet_side;
  const int scale = small ? 2 : 1;
  const auto fit = [&](std::int64_t side) {
    return std::clamp<std::int64_t>(sheet_side / (side * scale), 1, most_tiles);
  };
  return TrialSheet{fit(shape.width), fit(shape.height), scale, {}};
}

Picture draw_trials(std::span<const float> values, const TrialShape& shape, float low, float high,
                    const TrialSheet& sheet) {
  (void)count_of(values.size(), shape);
  if (shape.is_pair()) return draw_pairs(values, sheet.axis.value_or(value_range(values)));
  if (shape.is_curve()) {
    CurveSheetStyle style;
    if (sheet.columns > 0) style.columns = static_cast<int>(sheet.columns);
    style.axis = sheet.axis;
    return draw_curve_sheet(values, shape.height * shape.width, static_cast<int>(shape.channels),
                            style);
  }
  std::vector<std::uint8_t> pixels(values.size());
  std::transform(values.begin(), values.end(), pixels.begin(), [&](float value) {
    const float share = (value - low) / (high - low);
    return static_cast<std::uint8_t>(std::clamp(share * 255.0F + 0.5F, 0.0F, 255.0F));
  });
  return draw_trials(std::span<const std::uint8_t>(pixels), shape, sheet);
}

Picture draw_trials(std::span<const std::uint8_t> values, const TrialShape& shape,
                    const TrialSheet& sheet) {
  const std::int64_t count = count_of(values.size(), shape);
  if (shape.is_pair() || shape.is_curve()) {
    const std::vector<float> numbers(values.begin(), values.end());
    return draw_trials(numbers, shape, 0.0F, 255.0F, sheet);
  }
  const auto height = static_cast<int>(shape.height);
  const auto width = static_cast<int>(shape.width);
  const auto columns = static_cast<int>(sheet.columns);
  if (shape.channels == 1) {
    return make_grid(values.data(), count, height, width, columns, sheet.scale);
  }
  return make_rgb_grid(values.data(), count, height, width, static_cast<int>(shape.channels),
                       columns, sheet.scale);
}

}  // namespace vgan
