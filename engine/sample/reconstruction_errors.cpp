#include "engine/sample/reconstruction_errors.hpp"

#include <cmath>

#include "engine/models/model_traits.hpp"
#include "kernels/math/activation.hpp"
#include "kernels/math/bce.hpp"
#include "kernels/math/gaussian_nll.hpp"
#include "kernels/math/latent.hpp"

namespace vgan {

ReconstructionMeter::ReconstructionMeter(const TrainConfig& config, const OutputRange& range,
                                         const Scaling& scaling)
    : variational_(traits_of(config).variational),
      bernoulli_(config.likelihood == LikelihoodKind::bernoulli),
      range_(range),
      scaling_(scaling) {}

std::vector<double> ReconstructionMeter::add(const Reconstructor::Block& block) {
  const OutputMap pixels = range_.map_to(ElementType::u8);
  const auto in_data_units = [&](float number, std::int64_t column) {
    if (!scaling_.bytes()) return scaling_.decode(number, column);
    return static_cast<double>(math::round_pixel(math::map_output(number, pixels)));
  };
  const auto trial = static_cast<std::int64_t>(block.trials.size()) / block.rows;
  std::vector<double> made(block.outputs.size());
  for (std::int64_t row = 0; row < block.rows; ++row) {
    double squared = 0.0;
    double squared_in_data_units = 0.0;
    for (std::int64_t j = 0; j < trial; ++j) {
      const auto at = static_cast<std::size_t>(row * trial + j);
      const float x = block.trials[at];
      const float y = block.outputs[at];
      const auto nll = bernoulli_ ? math::bce_with_logits(y, x) : math::gaussian_nll(y, x);
      sums_.negative_log_likelihood += static_cast<double>(nll.loss);
      const float output = math::activate(range_.activation, y, leaky_slope);
      const double off = static_cast<double>(output) - static_cast<double>(x);
      squared += off * off;
      made[at] = in_data_units(output, j);
      const double error = made[at] - in_data_units(x, j);
      squared_in_data_units += error * error;
      sums_.absolute += std::fabs(error);
    }
    sums_.squared += squared;
    sums_.squared_in_data_units += squared_in_data_units;
    squared_of_trials_.push_back(static_cast<float>(squared / static_cast<double>(trial)));
  }
  const std::int64_t width = static_cast<std::int64_t>(block.codes.size()) / block.rows;
  for (std::int64_t row = 0; variational_ && row < block.rows; ++row) {
    const float* code = block.codes.data() + row * width;
    for (std::int64_t j = 0; j < width / 2; ++j) {
      sums_.kl += static_cast<double>(
          math::latent_terms(code[j], code[width / 2 + j], 0.0F, 0.0F, 0.0F).kl);
    }
  }
  sums_.trials += block.rows;
  numbers_ += block.rows * trial;
  return made;
}

ReconstructionErrors ReconstructionMeter::errors() const {
  const auto trials = static_cast<double>(sums_.trials);
  const auto numbers = static_cast<double>(numbers_);
  return {.trials = sums_.trials,
          .squared = sums_.squared / numbers,
          .squared_in_data_units = sums_.squared_in_data_units / numbers,
          .absolute = sums_.absolute / numbers,
          .negative_log_likelihood = sums_.negative_log_likelihood / trials,
          .kl = sums_.kl / trials};
}

}  // namespace vgan
