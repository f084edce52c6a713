// A table with a curve whose shape follows from two settings by a formula.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>

#include "tests/support/dice.hpp"
#include "tests/support/masked_run.hpp"

namespace vgan::testing {

inline constexpr int curve_samples = 60;
inline constexpr double curve_noise = 0.03;

/// Sample t of the curve at settings a and b, without noise.
inline double curve_at_settings(double a, double b, int t) {
  return a * std::sin(6.283185307179586 * t / curve_samples) +
         b * std::exp(-(t - 40.0) * (t - 40.0) / 60.0) + 0.3 * a * b * t / curve_samples;
}

/// "w_07".
inline std::string sample_name(int t) {
  char name[24];
  std::snprintf(name, sizeof(name), "w_%02d", t);
  return name;
}
inline std::string sample_names() {
  std::string names;
  for (int t = 0; t < curve_samples; ++t) names += "," + sample_name(t);
  return names;
}

/// `rows` rows: settings a, from -1 to 1, and b, from 0 to 2, evenly; `peak`, b + a^2 and normal
/// noise of 0.05; the curve w_00 to w_59, with normal noise of `noise` in each sample.
inline std::string curve_table(std::int64_t rows, std::uint64_t seed = 1,
                               double noise = curve_noise) {
  Dice dice(seed);
  const auto uniform = [&] { return static_cast<double>(dice.word() >> 11) * 0x1p-53; };
  std::string text = "a,b,peak" + sample_names() + "\n";
  char number[64];
  for (std::int64_t i = 0; i < rows; ++i) {
    const double a = 2.0 * uniform() - 1.0, b = 2.0 * uniform();
    std::snprintf(number, sizeof(number), "%.4f,%.4f,%.4f", a, b,
                  b + a * a + 0.05 * normal_roll(dice));
    text += number;
    for (int t = 0; t < curve_samples; ++t) {
      std::snprintf(number, sizeof(number), ",%.4f",
                    curve_at_settings(a, b, t) + noise * normal_roll(dice));
      text += number;
    }
    text += "\n";
  }
  return text;
}

}  // namespace vgan::testing
