#include "engine/metrics/fourier.hpp"

#include <complex>
#include <string>
#include <vector>

#include "engine/base/check.hpp"
#include "engine/stats/eigen_library.hpp"
// After eigen_library.hpp, which gives Eigen a namespace of its own.
#include <unsupported/Eigen/FFT>

namespace vgan {

struct FourierPowers::Plan {
  Eigen::FFT<double> transform;
  std::vector<std::complex<double>> in, out;
};

FourierPowers::FourierPowers(std::int64_t length)
    : length_(length), plan_(std::make_unique<Plan>()) {
  require(length >= 1, "a Fourier transform", std::to_string(length) + " numbers", "one or more");
  plan_->in.resize(static_cast<std::size_t>(length));
  plan_->out.resize(static_cast<std::size_t>(length));
}
FourierPowers::~FourierPowers() = default;
FourierPowers::FourierPowers(FourierPowers&&) noexcept = default;

void FourierPowers::powers(std::span<const double> values, std::span<double> powers) {
  require(std::ssize(values) == length_ && std::ssize(powers) == bins(), "a Fourier transform",
          std::to_string(values.size()) + " numbers", std::to_string(length_));
  if (length_ == 1) {  // which has no factors to be taken apart
    powers[0] = values[0] * values[0];
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) plan_->in[i] = values[i];
  plan_->transform.fwd(plan_->out.data(), plan_->in.data(), static_cast<int>(length_));
  for (std::size_t k = 0; k < powers.size(); ++k) powers[k] = std::norm(plan_->out[k]);
}

}  // namespace vgan
