#include "engine/quality/sample_scale.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

namespace vgan {

SampleScale::SampleScale(const Trials& held_out)
    : size_(static_cast<std::size_t>(held_out.values_per_trial())) {
  variance_ = std::visit(
      [&](const auto& values) {
        return variances(std::vector<double>(values.begin(), values.end()));
      },
      held_out.values);
}

// The mean first, so that a large one costs no digits. NaN marks a number that is missing.
std::vector<double> SampleScale::variances(const std::vector<double>& values) const {
  const std::size_t rows = values.size() / size_;
  std::vector<double> mean(size_, 0.0), variance(size_, 0.0);
  for (std::size_t i = 0; i < rows * size_; ++i) {
    mean[i % size_] += values[i] / static_cast<double>(rows);
  }
  for (std::size_t i = 0; i < rows * size_; ++i) {
    const double off = values[i] - mean[i % size_];
    variance[i % size_] += off * off / static_cast<double>(rows);
  }
  for (double& one : variance) {
    if (!std::isfinite(one)) one = 0.0;
  }
  return variance;
}

double SampleScale::spread(const std::vector<double>& samples) const {
  const std::vector<double> own = variances(samples);
  double sum = 0.0;
  std::size_t varying = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    if (!(variance_[i] > 0.0)) continue;
    sum += std::min(1.0, own[i] / variance_[i]);
    ++varying;
  }
  return varying == 0 ? 1.0 : sum / static_cast<double>(varying);
}

double SampleScale::distance(const std::vector<double>& a, const std::vector<double>& b) const {
  double sum = 0.0;
  std::size_t counted = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const double variance = variance_[i % size_];
    const double off = a[i] - b[i];
    if (!(variance > 0.0) || !std::isfinite(off)) continue;
    sum += off * off / variance;
    ++counted;
  }
  return counted == 0 ? 0.0 : std::sqrt(sum / static_cast<double>(counted));
}

}  // namespace vgan
