#include "engine/metrics/trial_rows.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace vgan {

TrialRows::TrialRows(const ImageSet& images, std::int64_t most)
    : images_(&images), count_(std::min(images.count, most)), size_(images.pixels_per_image()) {}

std::optional<ColumnUnits> column_units(const ImageSet& training) {
  if (training.kind != TrialKind::row || training.is_u8() || training.count < 1) {
    return std::nullopt;
  }
  const auto columns = static_cast<std::size_t>(training.pixels_per_image());
  const auto count = static_cast<double>(training.count);
  ColumnUnits units{std::vector<double>(columns), std::vector<double>(columns)};
  std::visit(
      [&](const auto& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          units.mean[i % columns] += static_cast<double>(values[i]) / count;
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
          const double off = static_cast<double>(values[i]) - units.mean[i % columns];
          units.deviation[i % columns] += off * off / count;
        }
      },
      training.pixels);
  for (double& variance : units.deviation) variance = variance > 0.0 ? std::sqrt(variance) : 1.0;
  return units;
}

TrialRows TrialRows::in(const ColumnUnits* units) const {
  TrialRows rows = *this;
  rows.units_ = units;
  return rows;
}

std::int64_t TrialRows::trial(std::int64_t row) const {
  // Below 2^63 for sets of up to 2^31 trials.
  return row * images_->count / count_;
}

void TrialRows::read(std::int64_t row, float* values) const {
  std::visit(
      [&](const auto& pixels) {
        using Pixel = typename std::decay_t<decltype(pixels)>::value_type;
        constexpr float unit = std::is_same_v<Pixel, std::uint8_t> ? 255.0F : 1.0F;
        const Pixel* from = pixels.data() + trial(row) * size_;
        for (std::int64_t i = 0; units_ != nullptr && i < size_; ++i) {
          const auto column = static_cast<std::size_t>(i);
          values[i] = static_cast<float>((static_cast<double>(from[i]) - units_->mean[column]) /
                                         units_->deviation[column]);
        }
        if (units_ != nullptr) return;
        for (std::int64_t i = 0; i < size_; ++i) values[i] = static_cast<float>(from[i]) / unit;
      },
      images_->pixels);
}

}  // namespace vgan
