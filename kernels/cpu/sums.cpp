#include "kernels/cpu/sums.hpp"

#include "kernels/cpu/team/clones.hpp"

namespace vgan::cpu {
namespace {

// Partial sums side by side, added in order at the end.
constexpr int lanes = 16;

double in_order(const double (&parts)[lanes]) {
  double total = 0.0;
  for (const double part : parts) total += part;
  return total;
}

double sum_of(const float* x, std::int64_t count) {
  double parts[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (int lane = 0; lane < lanes; ++lane) parts[lane] += static_cast<double>(x[i + lane]);
  }
  double total = in_order(parts);
  for (; i < count; ++i) total += static_cast<double>(x[i]);
  return total;
}

double dot_of(const float* x, const float* y, std::int64_t count) {
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

}  // namespace

double sum(const float* x, std::int64_t count) { return VGAN_WIDEST(sum_of)(x, count); }

double dot(const float* x, const float* y, std::int64_t count) {
  return VGAN_WIDEST(dot_of)(x, y, count);
}

}  // namespace vgan::cpu
