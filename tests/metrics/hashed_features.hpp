// The features of tests/golden/make_neighbour_measures.py, number by number.
#pragma once

#include <cstdint>

#include "engine/stats/principal_components.hpp"

namespace vgan::testing {

/// 20 bits: MurmurHash3's finaliser.
inline std::uint32_t hashed(std::uint32_t i) {
  i = (i ^ (i >> 16)) * 0x85EBCA6BU;
  i = (i ^ (i >> 13)) * 0xC2B2AE35U;
  return (i ^ (i >> 16)) >> 12;
}

/// Sums of three uniform numbers; of odd streams narrower, and moved in the first column.
inline Features hashed_features(std::int64_t rows, std::int64_t columns, std::uint32_t stream) {
  Features made{rows, columns, {}};
  for (std::uint32_t at = 0; at < static_cast<std::uint32_t>(rows * columns); ++at) {
    std::uint32_t sum = 0;
    for (std::uint32_t part = 0; part < 3; ++part) sum += hashed(3 * at + part + 7919 * stream);
    double value = sum / 1048576.0 - 1.5;
    if (stream % 2 == 1) value = 0.75 * value + (at % columns == 0 ? 0.75 : 0.0);
    made.values.push_back(static_cast<float>(value));
  }
  return made;
}

}  // namespace vgan::testing
