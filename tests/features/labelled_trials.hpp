// Trials whose labels a small network can learn, made on the spot.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/data/trials.hpp"
#include "tests/support/dice.hpp"

namespace vgan::testing {

/// In [0, 1).
inline double uniform_of(Dice& dice) { return static_cast<double>(dice.word() >> 11) * 0x1p-53; }

/// Images of side x side with a bright disc in one of four corners, at a place, of a size and of a
/// brightness that vary, over dim noise; the label is 10 times the corner.
inline Trials disc_images(std::int64_t count, std::int64_t side, std::uint64_t seed,
                          std::int64_t channels = 1) {
  Dice dice(seed);
  const auto unit = [&] { return uniform_of(dice); };
  Trials trials;
  trials.count = count;
  trials.shape = {side, side, channels};
  trials.source = "discs";
  std::vector<std::uint8_t> pixels;
  for (std::int64_t n = 0; n < count; ++n) {
    const auto corner = static_cast<std::int32_t>(n % 4);
    const double reach = static_cast<double>(side) / 4.0;
    const double x = (corner % 2 == 0 ? 1.0 : 3.0) * reach + (unit() - 0.5) * reach;
    const double y = (corner / 2 == 0 ? 1.0 : 3.0) * reach + (unit() - 0.5) * reach;
    const double radius = reach * (0.5 + 0.4 * unit());
    const double bright = 120.0 + 130.0 * unit();
    for (std::int64_t at = 0; at < side * side * channels; ++at) {
      const double dx = static_cast<double>(at / channels % side) - x;
      const double dy = static_cast<double>(at / channels / side) - y;
      const bool inside = dx * dx + dy * dy < radius * radius;
      pixels.push_back(static_cast<std::uint8_t>(inside ? bright : 30.0 * unit()));
    }
    trials.labels.push_back(10 * corner);
  }
  trials.values = std::move(pixels);
  return trials;
}

/// Curves of one wave each with noise, whose label is 1 where the wave is the faster of two.
inline Trials wave_curves(std::int64_t count, std::int64_t width, std::uint64_t seed) {
  Dice dice(seed);
  Trials trials;
  trials.count = count;
  trials.shape = {1, width, 1, TrialKind::curve};
  trials.source = "waves";
  trials.by_values = true;
  trials.low = -250.0;
  trials.high = 250.0;
  std::vector<float> values;
  for (std::int64_t n = 0; n < count; ++n) {
    const auto label = static_cast<std::int32_t>(n % 2);
    const double turns = label == 0 ? 5.0 : 7.0;
    const double phase = 6.283185307179586 * uniform_of(dice);
    const double height = 100.0 * (0.5 + uniform_of(dice));
    for (std::int64_t t = 0; t < width; ++t) {
      const double angle =
          6.283185307179586 * turns * static_cast<double>(t) / static_cast<double>(width) + phase;
      values.push_back(
          static_cast<float>(height * std::sin(angle) + 60.0 * (uniform_of(dice) - 0.5)));
    }
    trials.labels.push_back(label);
  }
  trials.values = std::move(values);
  return trials;
}

inline Trials without_labels(Trials trials) {
  trials.labels.clear();
  return trials;
}

}  // namespace vgan::testing
