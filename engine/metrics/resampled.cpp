#include "engine/metrics/resampled.hpp"

#include <type_traits>

#include "kernels/math/philox.hpp"

namespace vgan {
namespace {

// A Philox subsequence far from those of training and of the built-in data with the same seed.
constexpr std::uint64_t stream = std::uint64_t{5} << 60;

}  // namespace

Trials resampled_columns(const Trials& data, std::int64_t count, std::uint64_t seed) {
  Trials made = data.outline();
  made.count = count;
  made.source = data.source + ", columns resampled";
  const std::int64_t size = data.values_per_trial();
  const auto rows = static_cast<std::uint64_t>(data.count);
  std::visit(
      [&](const auto& pixels) {
        std::decay_t<decltype(pixels)> drawn(static_cast<std::size_t>(count * size));
        math::Words4 words{};
        for (std::size_t i = 0; i < drawn.size(); ++i) {
          if (i % 4 == 0) words = math::philox_block(seed, stream, i / 4);
          const std::uint64_t word = math::word_of(words, static_cast<int>(i % 4));
          const std::size_t trial = (word * rows) >> 32;
          drawn[i] =
              pixels[trial * static_cast<std::size_t>(size) + i % static_cast<std::size_t>(size)];
        }
        made.values = std::move(drawn);
      },
      data.values);
  return made;
}

}  // namespace vgan
