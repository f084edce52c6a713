#include "engine/features/feature_training.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "engine/base/check.hpp"
#include "engine/models/state_tensors.hpp"
#include "engine/nn/adam.hpp"
#include "engine/nn/network.hpp"
#include "engine/nn/tape.hpp"
#include "kernels/math/cells.hpp"
#include "kernels/math/permutation.hpp"

namespace vgan {
namespace {

constexpr nn::TapeOptions tape_options{.type = ElementType::f32, .last_type = ElementType::f32};

std::size_t scratch_of(const Backend& backend, const std::vector<nn::LayerSpec>& layers,
                       std::int64_t rows) {
  std::size_t most = 0;
  for (const nn::LayerSpec& layer : layers) {
    if (layer.convolves()) {
      most = std::max(most, backend.conv_scratch(layer.geometry, rows, ElementType::f32));
      continue;
    }
    for (const std::int64_t width : {layer.outputs, layer.inputs}) {
      most = std::max(most, backend.product_scratch(rows, width, ElementType::f32));
    }
  }
  return most;
}

/// A step of the network: a batch from the host, its loss, backward, Adam.
class Trainer {
 public:
  Trainer(Backend& backend, const FeatureNetwork& network, const FeatureTraining& training)
      : backend_(backend),
        training_(training),
        queue_(backend.make_queue("features")),
        network_(backend, network.layers().layers, feature_slope, {.training = true},
                 "the network of features"),
        tape_(backend, network_.layers(), training.batch, tape_options,
              "activations of the network of features"),
        state_(backend.allocate(sizeof(StepState), "the step's counters")),
        x_(backend.allocate(floats(training.batch * network_.inputs()), "the batch")),
        classes_(backend.allocate(static_cast<std::size_t>(training.batch) * sizeof(std::int32_t),
                                  "the batch's labels")),
        observed_(backend.allocate(static_cast<std::size_t>(training.batch), "what is shown")),
        head_(backend.allocate(sizeof(math::CellHead), "the labels' head")),
        adam_(backend, adam_options()) {
    backend.reserve_scratch(*queue_, scratch_of(backend, network_.layers(), training.batch));
    network_.initialise(*queue_, training.seed, 0);
    StepState state{};
    state.generator_rate = {.first = training.rate,
                            .last = 0.0,
                            .warmup = static_cast<std::uint64_t>(training.steps / 20),
                            .horizon = static_cast<std::uint64_t>(training.steps),
                            .ramp = math::Ramp::cosine};
    apply_schedules(state);
    backend.upload(*queue_, &state, sizeof(state), state_.data());
    const math::CellHead head{0, static_cast<std::int32_t>(network_.outputs()), 0};
    backend.upload(*queue_, &head, sizeof(head), head_.data());
    queue_->synchronise();
  }

  /// x [batch, trial] and, for a classifier, the batch's classes, which may be used again.
  void step(const std::vector<float>& x, const std::vector<std::int32_t>& classes) {
    backend_.upload(*queue_, x.data(), floats(static_cast<std::int64_t>(x.size())), x_.data());
    const nn::Tape& tape = tape_.tape();
    const ConstMatrixRef input = batch();
    network_.forward(*queue_, input, tape);
    if (classes.empty()) {
      put_reconstruction_loss(tape, input);
    } else {
      backend_.upload(*queue_, classes.data(), classes.size() * sizeof(std::int32_t),
                      classes_.data());
      put_cross_entropy(tape);
    }
    network_.backward(*queue_, input, tape, {});
    adam_.step(*queue_, network_, state_.as<StepState>());
    backend_.advance(*queue_, state_.as<StepState>());
  }

  void save(Checkpoint& weights) {
    require_finite(backend_, *queue_, network_, feature_tensors,
                   static_cast<std::uint64_t>(training_.steps), "use --features components");
    save_network(backend_, *queue_, network_, feature_tensors, weights);
    std::erase_if(weights.tensors,
                  [](const auto& tensor) { return tensor.first.starts_with("adam_"); });
  }

 private:
  static std::size_t floats(std::int64_t count) {
    return static_cast<std::size_t>(count) * sizeof(float);
  }
  static AdamOptions adam_options() {
    AdamOptions options;
    options.beta1 = 0.9;
    options.network = &StepState::generator;
    return options;
  }
  MatrixRef batch() const {
    return {x_.data(), ElementType::f32, training_.batch, network_.inputs(), network_.inputs()};
  }
  float* loss() const { return &state_.as<StepState>()->current.values[0]; }

  void put_reconstruction_loss(const nn::Tape& tape, ConstMatrixRef input) {
    ReconstructionTask task;
    task.y = tape.outputs.back();
    task.x = input;
    task.gradient = tape.deltas.back();
    task.likelihood = Likelihood::gaussian;
    task.loss = loss();
    backend_.run(*queue_, task);
  }

  // The labels are one column of cells that no row shows.
  void put_cross_entropy(const nn::Tape& tape) {
    CellLossTask task;
    task.logits = tape.outputs.back().as<float>();
    task.cells = {classes_.as<std::int32_t>(), training_.batch, 1, 1};
    task.observed = {observed_.as<std::uint8_t>(), training_.batch, 1, 1};
    task.heads = {head_.as<math::CellHead>(), 1};
    task.gradient = tape.deltas.back().as<float>();
    task.loss = loss();
    backend_.run(*queue_, task);
  }

  Backend& backend_;
  FeatureTraining training_;
  std::unique_ptr<Queue> queue_;
  nn::Network network_;
  nn::TapeStorage tape_;
  Buffer state_, x_, classes_;
  Buffer observed_;  // zeros
  Buffer head_;
  optim::Adam adam_;
};

}  // namespace

FeatureInput FeatureInput::of(const TrialRows& trials, const std::string& source) {
  constexpr std::int64_t most = 2000;
  const std::int64_t count = std::min(most, trials.count());
  std::vector<float> row(static_cast<std::size_t>(trials.size()));
  double sum = 0.0;
  double squares = 0.0;
  for (std::int64_t i = 0; i < count; ++i) {
    trials.read(i * trials.count() / count, row.data());
    for (const float value : row) {
      sum += double{value};
      squares += double{value} * double{value};
    }
  }
  const double numbers = static_cast<double>(count) * static_cast<double>(trials.size());
  const double mean = sum / numbers;
  const double variance = squares / numbers - mean * mean;
  if (!(variance > 1e-12 * std::max(1e-30, squares / numbers))) {
    throw Error(ErrorCode::bad_data, {"cannot find features", source,
                                      "trials that are all the same", "trials that differ", ""});
  }
  return {mean, std::sqrt(variance)};
}

void FeatureInput::read(const TrialRows& trials, std::int64_t row, float* values) const {
  constexpr float farthest = 1e4F;
  trials.read(row, values);
  const auto offset = static_cast<float>(-mean / deviation);
  const auto scale = static_cast<float>(1.0 / deviation);
  for (std::int64_t i = 0; i < trials.size(); ++i) {
    values[i] = std::clamp(values[i] * scale + offset, -farthest, farthest);
  }
}

FeatureTraining FeatureTraining::of(const std::vector<nn::LayerSpec>& layers, std::int64_t trials,
                                    std::uint64_t seed) {
  constexpr double most_steps = 800.0;
  constexpr double fewest_steps = 100.0;
  constexpr double most_passes = 40.0;
  constexpr double most_products = 1.2e11;  // one to two seconds on two cores
  FeatureTraining made;
  made.batch = std::min<std::int64_t>(made.batch, trials);
  const double step = 3.0 * products_of(layers) * static_cast<double>(made.batch);
  const double by_passes =
      most_passes * static_cast<double>(trials) / static_cast<double>(made.batch);
  const double by_products = std::max(fewest_steps, most_products / step);
  made.steps = static_cast<std::int64_t>(std::min({most_steps, by_passes, by_products}));
  // A seed of its own, so that no number is one of those that a run of this seed draws.
  const math::Words4 words =
      math::philox_block(seed, math::subsequence(math::Purpose::features, 0), 0);
  made.seed = (std::uint64_t{words.x} << 32) | words.y;
  return made;
}

void train_features(Backend& backend, const TrialRows& trials,
                    const std::vector<std::int32_t>& classes, const FeatureTraining& training,
                    FeatureNetwork& network, const StopRequest& stop) {
  require(network.kind == FeatureKind::autoencoder ||
              static_cast<std::int64_t>(classes.size()) == trials.count(),
          "features", std::to_string(classes.size()) + " labels",
          std::to_string(trials.count()) + ", one for each trial");
  Trainer trainer(backend, network, training);
  const auto count = static_cast<std::uint64_t>(trials.count());
  const std::int64_t size = trials.size();
  std::vector<float> x(static_cast<std::size_t>(training.batch * size));
  std::vector<std::int32_t> labels(classes.empty() ? 0 : static_cast<std::size_t>(training.batch));
  std::uint64_t position = 0;
  for (std::int64_t step = 0; step < training.steps; ++step) {
    refuse_if_stopped(stop);
    for (std::int64_t i = 0; i < training.batch; ++i, ++position) {
      const auto trial = static_cast<std::int64_t>(
          math::permute(position % count, count, training.seed, position / count));
      network.input.read(trials, trial, x.data() + i * size);
      if (classes.empty()) continue;
      labels[static_cast<std::size_t>(i)] = classes[static_cast<std::size_t>(trial)];
    }
    trainer.step(x, labels);
  }
  trainer.save(network.weights);
}

}  // namespace vgan
