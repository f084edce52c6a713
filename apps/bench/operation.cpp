#include "apps/bench/operation.hpp"

#include <algorithm>
#include <tuple>

#include "apps/bench/images.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/nn/layout.hpp"

namespace vgan::bench {

const std::vector<std::string>& operation_names() {
  static const std::vector<std::string> names{"gather",
                                              "normal",
                                              "dense_forward",
                                              "dense_tangent",
                                              "gan_loss",
                                              "adam",
                                              "dense_backward_weights",
                                              "dense_backward_input",
                                              "gradient_penalty",
                                              "activation_backward",
                                              "nearest_rows"};
  return names;
}

Operation::Operation(Backend& backend, Queue& queue, const OperationSpec& spec, bool tf32)
    : backend_(&backend), queue_(&queue), spec_(spec), tf32_(tf32 && !spec.exact) {
  if (spec.name == "nearest_rows") {
    prepare_nearest();
  } else if (spec.is_product()) {
    prepare_product();
  } else if (spec.name == "adam") {
    prepare_adam();
  } else if (spec.name == "gather") {
    prepare_gather();
  } else {
    prepare_pointwise();
  }
  queue.synchronise();
}

MatrixRef Operation::matrix(std::int64_t rows, std::int64_t cols, ElementType type) {
  buffers_.push_back(backend_->allocate(nn::matrix_bytes(rows, cols, type), "an operand"));
  const MatrixRef made = nn::Carver(buffers_.back().data()).take(rows, cols, type);
  backend_->run(*queue_, NormalTask{{buffers_.size(), Purpose::latent, 0}, made});
  return made;
}

VectorView<float> Operation::vector(std::int64_t size) {
  return {static_cast<float*>(matrix(1, size, ElementType::f32).data), size};
}

StepState* Operation::state() {
  buffers_.push_back(backend_->allocate(sizeof(StepState), "the step's counters"));
  StepState made{};
  made.generator.learning_rate = 2e-4;
  backend_->upload(*queue_, &made, sizeof(made), buffers_.back().data());
  queue_->synchronise();
  return buffers_.back().as<StepState>();
}

void Operation::prepare_product() {
  const auto [rows, inputs, outputs] = std::tuple(spec_.rows, spec_.inputs, spec_.outputs);
  const MatrixRef x = matrix(rows, inputs, spec_.type);
  const MatrixRef y = matrix(rows, outputs, spec_.type);
  // Weights lie without gaps, as in nn::ParameterArena.
  MatrixRef w = matrix(1, inputs * outputs, spec_.type);
  w.rows = inputs, w.cols = w.stride = outputs;
  const ProductOptions options{spec_.activation, leaky_slope, tf32_};
  if (spec_.name == "dense_forward") {
    const MatrixRef out = matrix(rows, outputs, spec_.result);
    const VectorView<float> bias = spec_.bias ? vector(outputs) : VectorView<float>{};
    const ForwardOptions how{spec_.activation, leaky_slope, tf32_};
    run_ = [=, this] { backend_->dense_forward(*queue_, x, w, bias, out, how); };
  } else if (spec_.name == "dense_tangent") {
    const MatrixRef out = matrix(rows, outputs, spec_.result);
    const MatrixRef at = matrix(rows, outputs, spec_.at);
    run_ = [=, this] { backend_->dense_tangent(*queue_, x, w, at, out, options); };
  } else if (spec_.name == "dense_backward_input") {
    const MatrixRef out = matrix(rows, inputs, spec_.result);
    const MatrixRef at = matrix(rows, inputs, spec_.at);
    run_ = [=, this] { backend_->dense_backward_input(*queue_, y, w, at, out, options); };
  } else if (spec_.name == "dense_backward_weights") {
    const MatrixView<float> dw{vector(inputs * outputs).data, inputs, outputs, outputs};
    const VectorView<float> dbias = spec_.bias ? vector(outputs) : VectorView<float>{};
    const WeightGradientOptions how{spec_.accumulate, tf32_};
    run_ = [=, this] { backend_->dense_backward_weights(*queue_, x, y, dw, dbias, how); };
  }
}

void Operation::prepare_nearest() {
  constexpr std::int64_t neighbours = nearest_neighbours;
  NearestRowsTask task;
  task.pairs = {matrix(spec_.rows, spec_.inputs, ElementType::f32).as<float>(),
                matrix(spec_.outputs, spec_.inputs, ElementType::f32).as<float>()};
  task.squared = matrix(spec_.rows, neighbours, ElementType::f32).as<float>();
  buffers_.push_back(backend_->allocate(
      static_cast<std::size_t>(spec_.rows * neighbours) * sizeof(std::int64_t), "neighbours"));
  task.indices = {buffers_.back().as<std::int64_t>(), spec_.rows, neighbours, neighbours};
  run_ = [=, this] { backend_->run(*queue_, task); };
}

void Operation::prepare_adam() {
  const std::int64_t size = spec_.inputs;
  const auto zeros = [&] {
    buffers_.push_back(backend_->allocate(static_cast<std::size_t>(size) * 4, "Adam's moments"));
    return VectorView<float>{buffers_.back().as<float>(), size};
  };
  AdamArena arena{vector(size), vector(size), zeros(), zeros(), {}, {}};
  if (spec_.average) arena.average = vector(size);
  if (spec_.type == ElementType::bf16) {
    arena.shadow = {matrix(1, size, ElementType::bf16).as<math::BFloat16>().data, size};
  }
  AdamOptions options;
  options.network = &StepState::generator;
  options.average_decay = spec_.average ? 0.999F : 0.0F;
  StepState* const counters = state();
  run_ = [=, this] { backend_->adam(*queue_, arena, counters, options); };
  run_();
}

void Operation::prepare_gather() {
  const std::int64_t count = std::max<std::int64_t>(60000, spec_.rows);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count * spec_.inputs));
  fill_with_noise(pixels);
  buffers_.push_back(backend_->allocate(pixels.size(), "the trials"));
  backend_->upload(*queue_, pixels.data(), pixels.size(), buffers_.back().data());
  queue_->synchronise();
  const ConstMatrixRef trials{buffers_.back().data(), ElementType::u8, count, spec_.inputs,
                              spec_.inputs};
  const MatrixRef out = matrix(spec_.rows, spec_.inputs, spec_.result);
  const GatherTask task{trials, out, 2.0F / 255.0F, -1.0F, 1, StepCounter::of(state())};
  run_ = [=, this] { backend_->run(*queue_, task); };
}

void Operation::prepare_pointwise() {
  const std::int64_t rows = spec_.rows;
  const std::int64_t cols = spec_.inputs;
  const MatrixRef x = matrix(rows, cols, spec_.type);
  StepState* const counters = state();
  if (spec_.name == "normal") {
    const RandomStream stream{1, Purpose::latent, 0, StepCounter::of(counters)};
    run_ = [=, this] { backend_->run(*queue_, NormalTask{stream, x}); };
  } else if (spec_.name == "gan_loss") {
    const MatrixView<const float> logits = matrix(rows, 1, ElementType::f32).as<float>();
    StepRecord& record = counters->current;  // in device memory: only its address is taken
    GanLossTask task{logits, x};
    task.term.loss = &record.values[0];
    task.term.accuracy = &record.values[1];
    run_ = [=, this] { backend_->run(*queue_, task); };
  } else if (spec_.name == "gradient_penalty") {
    GradientPenaltyTask task{
        x.as<float>()};  // scaled by one, so that it is the same work each time
    task.value = &counters->current.values[0];
    run_ = [=, this] { backend_->run(*queue_, task); };
  } else if (spec_.name == "activation_backward") {
    // Outputs just above 0: slopes are 1 there but for rounding, so that x neither grows nor dies.
    const MatrixRef y = matrix(rows, cols, spec_.type);
    backend_->fill(*queue_, 1e-4F, y);
    const ActivationOptions options{spec_.activation, leaky_slope};
    run_ = [=, this] {
      backend_->run(*queue_, ActivationBackwardTask{y, x, options.activation, options.slope});
    };
  }
}

}  // namespace vgan::bench
