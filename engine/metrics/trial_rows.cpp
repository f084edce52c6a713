#include "engine/metrics/trial_rows.hpp"

#include <algorithm>
#include <type_traits>

namespace vgan {

TrialRows::TrialRows(const ImageSet& images, std::int64_t most)
    : images_(&images), count_(std::min(images.count, most)), size_(images.pixels_per_image()) {}

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
        for (std::int64_t i = 0; i < size_; ++i) values[i] = static_cast<float>(from[i]) / unit;
      },
      images_->pixels);
}

}  // namespace vgan
