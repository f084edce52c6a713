// What a forward pass leaves and a backward pass needs, planned once.
#pragma once

#include <string>
#include <vector>

#include "engine/nn/layer.hpp"

namespace vgan::nn {

struct Tape {
  std::vector<MatrixRef> outputs;  ///< of layer l: [rows, width_l]
  std::vector<MatrixRef> deltas;   ///< loss gradient before layer l's activation: [rows, width_l]
  std::vector<MatrixRef> raws;     ///< before layer l's normalisation: [rows, outputs_l], or empty
  /// Mean and reciprocal standard deviation of the batch that layer l was normalised by,
  /// [2, channels] f32; or empty.
  std::vector<MatrixRef> statistics;
  /// Of residual blocks and layer norms, f32, each empty for other layers: a row's mean and
  /// reciprocal deviation [rows, 2]; of blocks alone, the normalised rows [rows, inputs], W1's
  /// output and what takes its place [rows, hidden], the activation's output and the gradient by it
  /// [rows, hidden].
  std::vector<MatrixRef> row_statistics, normalised, hidden, activated, hidden_deltas;
  RandomStream dropout;  ///< what dropout draws from, put there by the tape's user
  MatrixRef conditions;  ///< of a projection: [rows, conditions], put there by the tape's user
  MatrixRef embedded;    ///< of a projection: [rows, features]

  /// This tape for rows [first, first + count) alone.
  Tape rows_from(std::int64_t first, std::int64_t count) const;
};

/// Element types and extent of a tape.
struct TapeOptions {
  ElementType type = ElementType::f32;       ///< of outputs and deltas
  ElementType last_type = ElementType::f32;  ///< of the last layer's output
  bool deltas = true;
  bool inference = false;  ///< normalised by running statistics: no place for the batch's
};

/// Owns a tape's memory.
class TapeStorage {
 public:
  TapeStorage(Backend& backend, const std::vector<LayerSpec>& layers, std::int64_t rows,
              const TapeOptions& options, const std::string& what);
  const Tape& tape() const { return tape_; }
  static std::size_t bytes(const std::vector<LayerSpec>& layers, std::int64_t rows,
                           const TapeOptions& options);

 private:
  Buffer buffer_;
  Tape tape_;
};

}  // namespace vgan::nn
