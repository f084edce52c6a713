// The step of a network over cells: one batch, the network moved once.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/encode/cell_layout.hpp"
#include "engine/nn/adam.hpp"
#include "engine/nn/device_cells.hpp"
#include "engine/nn/network.hpp"
#include "engine/objectives/masked.hpp"
#include "engine/train/training_step.hpp"

namespace vgan {

struct MaskedStepOptions {
  objectives::MaskedOptions objective;
  AdamOptions adam;
  StepSchedules schedules;  ///< the network's rate is the generator's
};

/// Queue `model` trains, and while it does, `data` prepares the next batch. Two variants: the
/// batches that take turns.
class MaskedStep final : public TwoBatchStep {
 public:
  /// `rows` [count, columns] are the data's cells, in device memory.
  MaskedStep(Backend& backend, nn::Network& network, const CellLayout& layout,
             MatrixView<const std::int32_t> rows, const MaskedStepOptions& options);

  /// Bytes that `model` keeps for the products of this step.
  static std::size_t scratch_bytes(const Backend& backend, const std::vector<nn::LayerSpec>& layers,
                                   std::int64_t batch) {
    return scratch_of(backend, layers, batch, ElementType::f32);
  }

 private:
  void put_step(std::size_t variant) override;
  void prepare_first(Queue& queue, std::uint64_t step) override;

  nn::Network* network_;
  nn::DeviceCells cells_;
  std::unique_ptr<Queue> data_queue_;
  objectives::Masked objective_;
  optim::Adam adam_;
};

}  // namespace vgan
