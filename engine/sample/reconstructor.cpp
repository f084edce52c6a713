#include "engine/sample/reconstructor.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "kernels/ops/step_state.hpp"

namespace vgan {
namespace {

// Reconstruction losses and pictures start from what is before the last activation.
std::vector<nn::LayerSpec> decoder_layers(const TrainConfig& config, const TrialShape& trial,
                                          bool heads) {
  std::vector<nn::LayerSpec> layers = generator_layers(config, trial);
  if (heads) end_in_heads(layers, config);
  layers.back().activation = Activation::identity;
  return layers;
}

std::vector<float> as_outputs(const Trials& trials, std::int64_t first, std::int64_t rows,
                              const OutputRange& range, const Scaling& scaling) {
  const std::int64_t each = trials.values_per_trial();
  if (!scaling.bytes()) return scaling.encoded(trials.part(first, rows));
  std::vector<float> values(static_cast<std::size_t>(rows * each));
  std::visit(
      [&](const auto& pixels) {
        std::transform(
            pixels.begin() + first * each, pixels.begin() + (first + rows) * each, values.begin(),
            [&](auto pixel) { return static_cast<float>(pixel) * range.scale() + range.offset(); });
      },
      trials.values);
  return values;
}

}  // namespace

std::string shape_text(const TrialShape& trial) {
  return std::to_string(trial.height) + " x " + std::to_string(trial.width) +
         (trial.channels > 1 ? " x " + std::to_string(trial.channels) : "");
}

Reconstructor::Reconstructor(Backend& backend, const TrainConfig& config, const TrialShape& trial,
                             ElementType type, std::vector<Head> heads)
    : backend_(&backend),
      latent_(config.latent),
      heads_(std::move(heads)),
      encoder_(backend, encoder_layers(config, trial), leaky_slope, type,
               "the encoder for reconstructions"),
      decoder_(backend, decoder_layers(config, trial, !heads_.empty()), leaky_slope, type,
               "the decoder for reconstructions"),
      state_(backend.allocate(sizeof(StepState), "the order of trials")) {}

std::size_t Reconstructor::bytes(const Backend& backend, const TrainConfig& config,
                                 const TrialShape& trial, ElementType type, bool heads) {
  return Inference::bytes(backend, encoder_layers(config, trial), type) +
         Inference::bytes(backend, decoder_layers(config, trial, heads), type) + sizeof(StepState);
}

void Reconstructor::run(Queue& queue, const Trials& trials, std::int64_t count,
                        const OutputRange& range, const Scaling& scaling,
                        const std::function<void(const Block&)>& take) {
  const std::int64_t each = trials.values_per_trial();
  const VectorView<float> variance =
      decoder_.network().tensor(decoder_.network().layers().size() - 1, "error_variance");
  std::vector<float> variances(static_cast<std::size_t>(variance.size));
  if (!variance.empty()) {
    backend_->download(queue, variance.data, variances.size() * sizeof(float), variances.data());
    queue.synchronise();
  }
  for (std::int64_t first = 0; first < count; first += Inference::block_rows) {
    Block block{first, std::min(Inference::block_rows, count - first), {}, {}, {}, variances};
    block.trials = as_outputs(trials, first, block.rows, range, scaling);
    clear_missing(heads_, block.trials);
    encoder_.put(queue, {block.trials.data(), block.rows, each, each});
    encoder_.forward(queue);
    const ConstMatrixRef code = encoder_.output();
    backend_->convert(queue, code.block(0, code.rows, 0, latent_), decoder_.input());
    decoder_.forward(queue);
    block.codes = encoder_.take(queue, block.rows);
    block.outputs = decoder_.take(queue, block.rows);
    take(block);
  }
}

std::vector<float> Reconstructor::codes_of(Queue& queue, const DeviceTrials& data,
                                           std::int64_t most, std::uint64_t seed) {
  const StepState start{};
  backend_->upload(queue, &start, sizeof(start), state_.data());
  queue.synchronise();
  const std::int64_t count = std::min(most, data.trials.rows);
  std::vector<float> codes;
  codes.reserve(static_cast<std::size_t>(count * latent_));
  for (std::int64_t first = 0; first < count; first += Inference::block_rows) {
    const auto block = static_cast<std::uint64_t>(first / Inference::block_rows);
    backend_->run(queue, GatherTask{data.trials, encoder_.input(), data.scale, data.offset, seed,
                                    StepCounter::of(state_.as<StepState>(), block)});
    encoder_.forward(queue);
    const std::int64_t rows = std::min(Inference::block_rows, count - first);
    const std::vector<float> some = encoder_.take(queue, rows);
    codes.insert(codes.end(), some.begin(), some.end());
  }
  return codes;
}

}  // namespace vgan
