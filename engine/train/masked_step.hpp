// The step of networks over cells: a batch of its own for each, each moved once.
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
  objectives::MaskedOptions objective;  ///< of the first network; network_seed has the others'
  AdamOptions adam;
  StepSchedules schedules;  ///< the networks' rate is the generator's
};

/// Queue `model` trains, one network after the other, and while it does, `data` prepares the next
/// batches. Two variants: the batches that take turns.
class MaskedStep final : public TwoBatchStep {
 public:
  /// `rows` are the cells that each network learns, [count, columns] in device memory.
  MaskedStep(Backend& backend, const std::vector<nn::Network*>& networks, const CellLayout& layout,
             const std::vector<MatrixView<const std::int32_t>>& rows,
             const MaskedStepOptions& options);

  /// Bytes that `model` keeps for the products of this step.
  static std::size_t scratch_bytes(const Backend& backend, const std::vector<nn::LayerSpec>& layers,
                                   std::int64_t batch) {
    return scratch_of(backend, layers, batch, ElementType::f32);
  }

 private:
  void put_step(std::size_t variant) override;
  void prepare_first(Queue& queue, std::uint64_t step) override;

  struct Member {
    nn::Network* network;
    objectives::Masked objective;
    optim::Adam adam;
  };

  nn::DeviceCells cells_;
  std::unique_ptr<Queue> data_queue_;
  std::vector<Member> members_;
};

}  // namespace vgan
