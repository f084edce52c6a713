// The squared magnitudes of discrete Fourier transforms of real numbers.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace vgan {

/// A plan for one length. It is Eigen's transform (KISS FFT by M. Borgerding), which takes the
/// length apart into its prime factors: time is length * (sum of those), so that a large prime
/// alone costs its square.
class FourierPowers {
 public:
  /// Throws internal for a length below 1.
  explicit FourierPowers(std::int64_t length);
  ~FourierPowers();
  FourierPowers(FourierPowers&&) noexcept;

  std::int64_t length() const { return length_; }
  /// length / 2 + 1: frequencies 0, 1 / length, ... up to 1/2 a step.
  std::int64_t bins() const { return length_ / 2 + 1; }
  /// |X_k|^2 of `values` [length], k < bins(), to `powers` [bins()]. Throws internal for other
  /// lengths.
  void powers(std::span<const double> values, std::span<double> powers);

 private:
  struct Plan;
  std::int64_t length_;
  std::unique_ptr<Plan> plan_;
};

}  // namespace vgan
