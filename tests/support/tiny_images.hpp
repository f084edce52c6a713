// A file of images small enough for runs that are repeated many times.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "engine/data/readers/npy.hpp"

namespace vgan::testing {

/// Images with a soft square in each of four corners, told apart by number.
inline void write_tiny_images(const std::filesystem::path& path, std::int64_t count = 24,
                              std::int64_t side = 8) {
  std::vector<std::uint8_t> pixels;
  for (std::int64_t n = 0; n < count; ++n) {
    for (std::int64_t at = 0; at < side * side; ++at) {
      const bool right = at % side >= side / 2;
      const bool low = at / side >= side / 2;
      const bool inside = right == (n % 2 == 1) && low == (n / 2 % 2 == 1);
      pixels.push_back(static_cast<std::uint8_t>(inside ? 180 + (n * 7 + at) % 70 : at % 9));
    }
  }
  NpyWriter writer(path, ValueType::u8, {count, side, side});
  writer.append(std::span<const std::uint8_t>(pixels));
  writer.finish();
}

}  // namespace vgan::testing
