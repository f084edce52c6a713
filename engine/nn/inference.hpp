// One network without gradients, and room for a block of rows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/nn/network.hpp"

namespace vgan {

/// Bytes that a queue keeps for the products of `rows` rows through `layers` without gradients
/// (Backend::product_scratch, conv_scratch).
std::size_t forward_scratch(const Backend& backend, const std::vector<nn::LayerSpec>& layers,
                            ElementType type, std::int64_t rows);

class Inference {
 public:
  /// Rows of a block. A row's output does not depend on the others, nor on how many there are:
  /// products run over whole blocks.
  static constexpr std::int64_t block_rows = 256;

  /// `type` is what the network computes in, f32 or bf16; outputs are f32.
  Inference(Backend& backend, const std::vector<nn::LayerSpec>& layers, float slope,
            ElementType type, const std::string& what);
  /// Bytes of device memory that an Inference takes, its queue's room for products included.
  static std::size_t bytes(const Backend& backend, const std::vector<nn::LayerSpec>& layers,
                           ElementType type);

  /// Takes weights laid out as a ParameterArena section of the same layers, from device memory.
  void load(Queue& queue, VectorView<const float> weights);
  /// The network, for loading weights tensor by tensor.
  nn::Network& network() { return network_; }

  /// [block_rows, inputs], to be filled before `forward`; all of it is computed.
  MatrixRef input() const { return input_; }
  /// [block_rows, outputs] f32 of the last `forward`.
  ConstMatrixRef output() const { return tape_.tape().outputs.back(); }
  void forward(Queue& queue);

  /// Copies `rows` of the host, f32 [at most block_rows, inputs] without padding, to `input`, and
  /// puts zeros below them. The host's memory is free again afterwards.
  void put(Queue& queue, MatrixView<const float> rows);
  /// The first `rows` of `output` in host memory, without padding.
  std::vector<float> take(Queue& queue, std::int64_t rows);

 private:
  Backend* backend_;
  nn::Network network_;
  nn::TapeStorage tape_;
  std::size_t scratch_;
  Buffer input_buffer_;
  MatrixRef input_;
  Buffer rows_buffer_;  ///< f32 without padding, on the way from or to the host
};

}  // namespace vgan
