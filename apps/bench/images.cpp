#include "apps/bench/images.hpp"

#include <algorithm>

#include "engine/data/readers/open_trials.hpp"

namespace vgan::bench {

Trials bench_images(const TrainConfig& config) {
  if (!config.data.empty()) {
    DataRequest request;
    request.data = config.data;
    request.labels = "none";
    request.shape = {config.shape, config.net == NetKind::conv1d, std::nullopt};
    return open_trials(request);
  }
  Trials trials;
  trials.count = std::max<std::int64_t>(60000, config.batch);
  trials.shape = {28, 28};
  trials.source = "u8 noise";
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(trials.count * 784));
  fill_with_noise(pixels);
  trials.values = std::move(pixels);
  return trials;
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
