#include "kernels/cpu/sums.hpp"

#include "kernels/cpu/clones.hpp"

namespace vgan::cpu {
namespace {

// Partial sums side by side, added in order at the end.
constexpr int lanes = 16;

double in_order(const double (&parts)[lanes]) {
  double total = 0.0;
  for (const double part : parts) total += part;
  return total;
}

}  // namespace

VGAN_CPU_CLONES double sum(const float* x, std::int64_t count) {
  double parts[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (int lane = 0; lane < lanes; ++lane) parts[lane] += static_cast<double>(x[i + lane]);
  }
  double total = in_order(parts);
  for (; i < count; ++i) total += static_cast<double>(x[i]);
  return total;
}

VGAN_CPU_CLONES double dot(const float* x, const float* y, std::int64_t count) {
  double parts[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (int lane = 0; lane < lanes; ++lane) {
      parts[lane] += static_cast<double>(x[i + lane]) * static_cast<double>(y[i + lane]);
    }
  }
  double total = in_order(parts);
  for (; i < count; ++i) total += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  return total;
}

}  // namespace vgan::cpu
