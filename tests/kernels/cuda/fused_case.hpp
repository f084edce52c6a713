// What the tests of the fused kernels share: precisions, places in memory, tolerances, arenas.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/math/adam.hpp"
#include "kernels/ops/adam.hpp"
#include "tests/kernels/cuda/matrix.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/tf32.hpp"

namespace vgan::testing {

/// bf16 operands, float ones rounded to tf32, or float ones.
struct OperandKind {
  const char* name;
  ElementType type;
  bool tf32;

  /// The operand as it is multiplied.
  std::vector<double> operand(std::vector<double> values) const {
    for (double& value : values) value = tf32 ? nearest_tf32(value) : value;
    return values;
  }
};
inline const std::vector<OperandKind>& operand_kinds() {
  static const std::vector<OperandKind> all{{"bf16", ElementType::bf16, false},
                                            {"tf32", ElementType::f32, true},
                                            {"fp32", ElementType::f32, false}};
  return all;
}

/// Rows that start at multiples of 64 bytes (of 32 columns); at odd strides; at multiples of 4 and
/// of 8 bytes alone; away from every multiple.
inline std::vector<Place> places() { return {{0, 0}, {3, 0}, {2, 2}, {4, 4}, {5, 1}}; }

/// For a sum of `depth` products of numbers up to 1: as many roundings of 2^-24 of sums that stay
/// of order 1, and of the last product alone.
inline double sum_tolerance(std::int64_t depth) {
  return static_cast<double>(depth) * 0x1p-24 + 1e-7;
}
/// The tolerance of a result that is stored as `type`: `absolute`, and a rounding of the type.
inline Tolerance stored_tolerance(double absolute, ElementType type) {
  return {absolute, type == ElementType::bf16 ? 0x1p-8 : 0x1p-22};
}

inline std::string describe(const OperandKind& kind, const Place& place) {
  return std::string(kind.name) + ", padding " + std::to_string(place.padding) + ", offset " +
         std::to_string(place.offset);
}

/// Numbers in [low, low + 1].
inline std::vector<double> random_positive(std::int64_t count, std::uint64_t seed, double low) {
  std::vector<double> values = random_values(count, seed);
  for (double& value : values) value = static_cast<float>(low + std::fabs(value));
  return values;
}

/// An arena whose moments are those of some steps before, each section in memory of its own.
class CudaArena {
 public:
  struct Sections {
    bool average = true;
    bool shadow = true;
    std::int64_t offset = 0;  ///< elements before the first: breaks alignment
  };

  CudaArena(std::int64_t size, std::uint64_t seed, Sections sections)
      : sections_(sections),
        size_(size),
        start_{random_values(size, seed), random_values(size, seed + 1),
               random_values(size, seed + 2), random_positive(size, seed + 3, 0.05),
               random_values(size, seed + 4)},
        weights_(1, size, start_.weights, ElementType::f32, {0, sections.offset}),
        gradients_(1, size, start_.gradients, ElementType::f32, {0, sections.offset}),
        m_(1, size, start_.m, ElementType::f32, {0, sections.offset}),
        v_(1, size, start_.v, ElementType::f32, {0, sections.offset}),
        average_(1, size, start_.average, ElementType::f32, {0, sections.offset}),
        shadow_(1, size, ElementType::bf16, {0, sections.offset}) {}

  AdamArena view() const {
    AdamArena arena{weights_.vector(), gradients_.vector(), m_.vector(), v_.vector(), {}, {}};
    if (sections_.average) arena.average = average_.vector();
    if (sections_.shadow) arena.shadow = shadow_.halves();
    return arena;
  }
  std::vector<double> stored_gradients() const { return start_.gradients; }
  std::vector<double> weights() const { return weights_.get(); }

  /// One step with `gradients`: the moments within `tolerance` of a gradient, and bit for bit what
  /// follows from the moments that are there.
  void require_step(const std::string& name, const std::vector<double>& gradients, double tolerance,
                    const math::AdamStep& step, float decay) const {
    const std::vector<double> m = m_.get();
    const std::vector<double> v = v_.get();
    std::vector<double> want_m(gradients.size());
    std::vector<double> want_v(gradients.size());
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      want_m[i] = step.beta1 * start_.m[i] + step.one_minus_beta1 * gradients[i];
      want_v[i] = step.beta2 * start_.v[i] + step.one_minus_beta2 * gradients[i] * gradients[i];
    }
    // Besides: three roundings each.
    require_close(name + ": m", m, want_m, {tolerance, 3e-7});
    require_close(name + ": v", v, want_v, {tolerance, 3e-7});
    require_followed(name, m, v, step, decay);
  }

 private:
  struct Start {
    std::vector<double> weights, gradients, m, v, average;
  };

  void require_followed(const std::string& name, const std::vector<double>& m,
                        const std::vector<double>& v, const math::AdamStep& step,
                        float decay) const {
    const std::vector<double> weights = weights_.get();
    const std::vector<double> average = average_.get();
    const std::vector<double> shadow = shadow_.get();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      INFO(name << ", element " << i << " of " << size_);
      const float denominator =
          std::sqrt(static_cast<float>(v[i])) * step.inverse_sqrt_bias2 + step.epsilon;
      const float weight = static_cast<float>(start_.weights[i]) -
                           step.step_size * static_cast<float>(m[i]) / denominator;
      REQUIRE(weights[i] == weight);
      const float moved = math::ema_update(static_cast<float>(start_.average[i]), weight, decay);
      REQUIRE(average[i] == (sections_.average ? moved : start_.average[i]));
      const float half = math::to_float(math::to_bfloat16(weight));
      REQUIRE((sections_.shadow ? shadow[i] == half : std::isnan(shadow[i])));
    }
  }

  Sections sections_;
  std::int64_t size_;
  Start start_;
  CudaMatrix weights_, gradients_, m_, v_, average_, shadow_;
};

/// The state of a step: the sixth of its run.
inline constexpr std::uint64_t steps_before = 5;
inline AdamRates test_rates() { return {0.5, 0.999, 1e-8, 0.9F}; }
inline math::AdamStep test_step(double learning_rate) {
  const AdamRates rates = test_rates();
  return math::make_adam_step(learning_rate, rates.beta1, rates.beta2, rates.epsilon,
                              steps_before + 1);
}
inline float test_decay() { return math::ema_decay(test_rates().average_decay, steps_before + 1); }

}  // namespace vgan::testing
