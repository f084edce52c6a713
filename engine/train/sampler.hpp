// Virtual trials from a trained G.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/backend.hpp"
#include "engine/nn/network.hpp"

namespace vgan {

/// How the network's output stands to trials: trial = low + (y - output_low) / (output_high -
/// output_low) * (high - low).
struct OutputRange {
  Activation activation = Activation::tanh;
  float low = 0.0F;  ///< of the data
  float high = 255.0F;
  bool from_u8 = true;  ///< the data were u8: floats are handed out in [0, 1]

  float output_low() const { return activation == Activation::sigmoid ? 0.0F : -1.0F; }
  float output_high() const { return 1.0F; }
  /// output = trial * scale + offset
  float scale() const { return (output_high() - output_low()) / (high - low); }
  float offset() const { return output_low() - low * scale(); }
};

/// A G without gradients, and room for one block of samples.
///
/// Sample n of seed s is the same number for number whatever the block it is asked for in: its
/// noise is numbers n * latent to (n+1) * latent of the stream (s, purpose), and products always
/// run over whole blocks of `block_rows` rows.
class Sampler {
 public:
  static constexpr std::int64_t block_rows = 256;
  /// Bytes of device memory that a sampler of this size takes.
  static std::size_t bytes(const Backend& backend, const std::vector<nn::DenseSpec>& layers,
                           ElementType type);

  Sampler(Backend& backend, const std::vector<nn::DenseSpec>& layers, float slope, ElementType type,
          const OutputRange& range);

  /// Takes weights laid out as a ParameterArena section of the same layers, from device memory.
  void load(Queue& queue, VectorView<const float> weights);

  std::int64_t latent() const { return network_.inputs(); }
  std::int64_t trial_size() const { return network_.outputs(); }

  /// Samples [first, first + count) of `seed`, row-major count x trial_size, handed to `sink` in
  /// order, at most `block_rows` at a time. Floats are in [0, 1] for u8 data, else in the data's
  /// range; u8 is rounded from 0..255.
  void sample(Queue& queue, std::uint64_t seed, Purpose purpose, std::uint64_t first,
              std::uint64_t count, const std::function<void(std::span<const float>)>& sink);
  void sample_u8(Queue& queue, std::uint64_t seed, Purpose purpose, std::uint64_t first,
                 std::uint64_t count,
                 const std::function<void(std::span<const std::uint8_t>)>& sink);

  /// The network, for loading weights tensor by tensor.
  nn::Network& network() { return network_; }

 private:
  void run_block(Queue& queue, std::uint64_t seed, Purpose purpose, std::uint64_t block);

  Backend* backend_;
  OutputRange range_;
  nn::Network network_;
  nn::TapeStorage tape_;
  Buffer latent_buffer_;
  Buffer u8_buffer_;
  MatrixRef latent_;
};

}  // namespace vgan
