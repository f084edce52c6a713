#include "engine/sample/reconstruction_errors.hpp"

#include <cmath>
#include <utility>

#include "engine/models/model_traits.hpp"
#include "kernels/math/activation.hpp"
#include "kernels/math/bce.hpp"
#include "kernels/math/gaussian_nll.hpp"
#include "kernels/math/latent.hpp"

namespace vgan {

ReconstructionMeter::ReconstructionMeter(const TrainConfig& config, const OutputRange& range,
                                         const Scaling& scaling, std::vector<Head> heads)
    : variational_(traits_of(config).variational),
      bernoulli_(config.likelihood == LikelihoodKind::bernoulli),
      range_(range),
      scaling_(scaling),
      heads_(std::move(heads)) {}

void ReconstructionMeter::add_row(const Reconstructor::Block& block, std::int64_t row) {
  const std::size_t trial = block.trials.size() / static_cast<std::size_t>(block.rows);
  const float* x = block.trials.data() + static_cast<std::size_t>(row) * trial;
  const float* y = block.outputs.data() + static_cast<std::size_t>(row) * trial;
  outputs_.resize(trial);
  if (!heads_.empty()) return add_heads(y, x, block.variances);
  for (std::size_t j = 0; j < trial; ++j) {
    const auto nll =
        bernoulli_ ? math::bce_with_logits(y[j], x[j]) : math::gaussian_nll(y[j], x[j]);
    sums_.negative_log_likelihood += static_cast<double>(nll.loss);
    outputs_[j] = math::activate(range_.activation, y[j], leaky_slope);
  }
}

void ReconstructionMeter::add_heads(const float* y, const float* x,
                                    const std::vector<float>& variances) {
  const math::HeadOptions options{.noisy = false};
  math::HeadDraws none(0, 0, 0);
  for (const Head& head : heads_) {
    const math::HeadLoss one = math::head_loss(
        head, variances[static_cast<std::size_t>(head.first)], [&](std::int32_t j) { return y[j]; },
        [&](std::int32_t j) { return x[j]; }, [](std::int32_t, float) {});
    sums_.negative_log_likelihood += static_cast<double>(one.loss);
    math::apply_head(
        head, options, none, [&](std::int32_t j) { return y[j]; },
        [](std::int32_t) { return 0.0F; },
        [&](std::int32_t j, float value) { outputs_[static_cast<std::size_t>(j)] = value; },
        [&](std::int32_t j) -> float& { return outputs_[static_cast<std::size_t>(j)]; });
  }
}

std::vector<double> ReconstructionMeter::add(const Reconstructor::Block& block) {
  const OutputMap pixels = range_.map_to(ElementType::u8);
  const auto in_data_units = [&](float number, std::int64_t column) {
    if (!scaling_.bytes()) return scaling_.decode(number, column);
    return static_cast<double>(math::round_pixel(math::map_output(number, pixels)));
  };
  const auto trial = static_cast<std::int64_t>(block.trials.size()) / block.rows;
  std::vector<double> made(block.outputs.size());
  for (std::int64_t row = 0; row < block.rows; ++row) {
    add_row(block, row);
    double squared = 0.0;
    double squared_in_data_units = 0.0;
    for (std::int64_t j = 0; j < trial; ++j) {
      const auto at = static_cast<std::size_t>(row * trial + j);
      const float x = block.trials[at];
      const float output = outputs_[static_cast<std::size_t>(j)];
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
