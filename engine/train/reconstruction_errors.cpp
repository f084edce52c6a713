#include "engine/train/reconstruction_errors.hpp"

#include <cmath>

#include "kernels/math/activation.hpp"
#include "kernels/math/bce.hpp"
#include "kernels/math/gaussian_nll.hpp"
#include "kernels/math/latent.hpp"

namespace vgan {

ReconstructionMeter::ReconstructionMeter(const TrainConfig& config, const OutputRange& range)
    : variational_(config.model == "vae"),
      bernoulli_(config.likelihood == "bernoulli"),
      range_(range) {}

std::vector<float> ReconstructionMeter::add(const Reconstructor::Block& block) {
  // Floats of u8 data would come in [0, 1]: here all come in the data's units.
  const OutputMap map{range_.output_low(),
                      (range_.high - range_.low) / (range_.output_high() - range_.output_low()),
                      range_.low};
  const auto trial = static_cast<std::int64_t>(block.trials.size()) / block.rows;
  std::vector<float> made(block.outputs.size());
  for (std::int64_t row = 0; row < block.rows; ++row) {
    double squared = 0.0;
    double in_data_units = 0.0;
    for (std::int64_t j = 0; j < trial; ++j) {
      const auto at = static_cast<std::size_t>(row * trial + j);
      const float x = block.trials[at];
      const float y = block.outputs[at];
      const auto nll = bernoulli_ ? math::bce_with_logits(y, x) : math::gaussian_nll(y, x);
      sums_.negative_log_likelihood += static_cast<double>(nll.loss);
      const float output = math::activate(range_.activation, y, leaky_slope);
      const double off = static_cast<double>(output) - static_cast<double>(x);
      squared += off * off;
      made[at] = math::map_output(output, map);
      float seen = math::map_output(x, map);
      if (range_.from_u8) {
        made[at] = static_cast<float>(math::round_pixel(made[at]));
        seen = static_cast<float>(math::round_pixel(seen));
      }
      const double error = static_cast<double>(made[at]) - static_cast<double>(seen);
      in_data_units += error * error;
      sums_.absolute += std::fabs(error);
    }
    sums_.squared += squared;
    sums_.squared_in_data_units += in_data_units;
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
