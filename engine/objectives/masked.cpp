#include "engine/objectives/masked.hpp"

#include <cmath>
#include <string>

#include "engine/base/check.hpp"
#include "engine/nn/layout.hpp"

namespace vgan::objectives {
namespace {

// Shares of the kinds of masks, as they were found best (docs/models.md).
constexpr double prefix_share = 0.5;
constexpr double outcome_share = 0.22;

std::size_t whole_lines(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

// A batch in memory: cells, what is shown of them, features.
struct BatchPlan {
  std::size_t cells, observed, features;
  std::size_t bytes() const { return cells + observed + features; }

  BatchPlan(std::int64_t batch, std::int64_t columns, std::int64_t inputs)
      : cells(whole_lines(static_cast<std::size_t>(batch * columns) * sizeof(std::int32_t))),
        observed(whole_lines(static_cast<std::size_t>(batch * columns))),
        features(nn::matrix_bytes(batch, inputs, ElementType::f32)) {}
};

constexpr nn::TapeOptions tape_options{.type = ElementType::f32, .last_type = ElementType::f32};

}  // namespace

std::size_t Masked::bytes(const std::vector<nn::LayerSpec>& layers, std::int64_t columns,
                          std::int64_t batch) {
  return nn::TapeStorage::bytes(layers, batch, tape_options) +
         2 * BatchPlan(batch, columns, layers.front().inputs).bytes() + sizeof(float);
}

Masked::Masked(Backend& backend, nn::Network& network, const nn::DeviceCells& cells,
               MatrixView<const std::int32_t> rows, StepState* state, const MaskedOptions& options)
    : backend_(&backend),
      network_(&network),
      cells_(&cells),
      rows_(rows),
      state_(state),
      options_(options),
      shares_{static_cast<std::int64_t>(prefix_share * static_cast<double>(options.batch)),
              static_cast<std::int64_t>(outcome_share * static_cast<double>(options.batch)),
              options.outcomes},
      storage_(backend, network.layers(), options.batch, tape_options, "the network's activations"),
      batches_(backend.allocate(2 * BatchPlan(options.batch, rows.cols, network.inputs()).bytes(),
                                "the batch")),
      scale_(backend.allocate(sizeof(float), "the gradient's scale")) {
  require(place_of(MaskedValue::count, options.network) <= StepRecord::most_values, "masked",
          "network " + std::to_string(options.network), "one that a step's record has room for");
  const BatchPlan plan(options.batch, rows.cols, network.inputs());
  auto* at = static_cast<std::byte*>(batches_.data());
  for (Batch& slot : slots_) {
    slot.cells = {reinterpret_cast<std::int32_t*>(at), options.batch, rows.cols, rows.cols};
    slot.observed = {reinterpret_cast<std::uint8_t*>(at + plan.cells), options.batch, rows.cols,
                     rows.cols};
    slot.x = nn::Carver(at + plan.cells + plan.observed)
                 .take(options.batch, network.inputs(), ElementType::f32);
    at += plan.bytes();
  }
}

void Masked::prepare(Queue& queue, std::size_t slot, const StepCounter& counter) {
  const Batch& batch = slots_[slot];
  CellBatchTask task;
  task.rows = rows_;
  task.seed = options_.seed;
  task.counter = counter;
  task.order = cells_->order();
  task.shares = shares_;
  task.cells = batch.cells;
  task.observed = batch.observed;
  backend_->run(queue, task);
  backend_->run(queue, CellFeaturesTask{batch.cells, batch.observed, cells_->inputs(),
                                        cells_->tables(), batch.x.as<float>()});
}

void Masked::gradients(Queue& queue, std::size_t slot) {
  const Batch& batch = slots_[slot];
  nn::Tape tape = storage_.tape();
  tape.dropout = {options_.seed, Purpose::dropout, 0, StepCounter::of(state_)};
  StepRecord& record = state_->current;
  network_->forward_hidden(queue, batch.x, tape);
  CellLossTask loss;
  loss.logits = tape.outputs.back().as<float>();
  loss.cells = batch.cells;
  loss.observed = batch.observed;
  loss.heads = cells_->heads();
  loss.bell = cells_->bell();
  loss.inverse_sums = cells_->inverse_sums();
  loss.gradient = tape.deltas.back().as<float>();
  loss.loss = &record.values[place_of(MaskedValue::cross_entropy, options_.network)];
  network_->cell_head(queue, loss, tape);
  network_->backward(queue, batch.x, tape, {.after_head = true});
  if (options_.most_gradient == 0.0F) return;
  backend_->run(
      queue,
      GradientNormTask{network_->arena().gradients(), options_.most_gradient, scale_.as<float>(),
                       &record.values[place_of(MaskedValue::gradient_norm, options_.network)]});
}

}  // namespace vgan::objectives
