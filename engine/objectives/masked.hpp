// A network that predicts each column of a table from any others: what it minimises on one batch,
// as gradients in its arena.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/device/backend.hpp"
#include "engine/nn/device_cells.hpp"
#include "engine/nn/network.hpp"

namespace vgan::objectives {

/// What a network over cells is trained on.
struct MaskedOptions {
  std::int64_t batch = 256;
  std::int32_t outcomes = 1;   ///< columns of outcomes, the last of the order of drawing
  float most_gradient = 1.0F;  ///< greatest norm of the gradient that a step follows; 0: any
  std::uint64_t seed = 0;
  std::size_t network = 0;  ///< of several that one step moves: which, for what it measures
};

/// What a step measures of each network, in its StepRecord.
enum class MaskedValue : std::uint8_t {
  cross_entropy,  ///< mean over the columns that are not shown, in nats
  gradient_norm,  ///< before it is clipped; 0 where it is not
  count
};

/// Where network `network`'s value lies among StepRecord::values.
inline std::size_t place_of(MaskedValue value, std::size_t network) {
  return network * static_cast<std::size_t>(MaskedValue::count) + static_cast<std::size_t>(value);
}

/// The cross-entropy of the columns that a row does not show, given those that it does
/// (CellLossTask) over random sets of columns: half of the rows show the first k of the order in
/// which columns are drawn, about a fifth all but the outcomes, the others any k (B. Uria et al.,
/// "A deep and tractable density estimator", ICML 2014, for random orders).
class Masked {
 public:
  /// `rows` [count, columns] are the cells of the data; they and `cells` outlive it. The network
  /// maps features to the logits of all cells.
  Masked(Backend& backend, nn::Network& network, const nn::DeviceCells& cells,
         MatrixView<const std::int32_t> rows, StepState* state, const MaskedOptions& options);

  /// Puts the batch of `counter` into slot 0 or 1.
  void prepare(Queue& queue, std::size_t slot, const StepCounter& counter);
  /// Leaves gradients of the batch in `slot` in the arena, and their scale.
  void gradients(Queue& queue, std::size_t slot);
  /// What Adam multiplies gradients by, in device memory; null: 1.
  const float* gradient_scale() const {
    return options_.most_gradient > 0.0F ? scale_.as<float>() : nullptr;
  }

  static std::size_t bytes(const std::vector<nn::LayerSpec>& layers, std::int64_t columns,
                           std::int64_t batch);

 private:
  struct Batch {
    MatrixView<std::int32_t> cells;
    MatrixView<std::uint8_t> observed;
    MatrixRef x;
  };

  Backend* backend_;
  nn::Network* network_;
  const nn::DeviceCells* cells_;
  MatrixView<const std::int32_t> rows_;
  StepState* state_;
  MaskedOptions options_;
  math::MaskShares shares_;
  nn::TapeStorage storage_;
  Buffer batches_;
  Buffer scale_;
  Batch slots_[2];
};

}  // namespace vgan::objectives
