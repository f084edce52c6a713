#include "apps/bench/images.hpp"

#include <algorithm>

#include "engine/data/readers/open_images.hpp"

namespace vgan::bench {

ImageSet bench_images(const TrainConfig& config) {
  if (!config.data.empty()) {
    DataRequest request;
    request.data = config.data;
    request.labels = "none";
    request.shape = {config.shape, config.net == NetKind::conv1d, std::nullopt};
    return open_images(request);
  }
  ImageSet images;
  images.count = std::max<std::int64_t>(60000, config.batch);
  images.height = images.width = 28;
  images.source = "u8 noise";
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images.count * 784));
  fill_with_noise(pixels);
  images.pixels = std::move(pixels);
  return images;
}

// xorshift64 (Marsaglia 2003), its highest byte.
void fill_with_noise(std::span<std::uint8_t> bytes) {
  std::uint64_t state = 88172645463325252U;
  for (std::uint8_t& byte : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<std::uint8_t>(state >> 56);
  }
}

}  // namespace vgan::bench
