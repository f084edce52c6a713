// Virtual trials from a trained G, in bulk: while one block is computed, the one before it is
// copied to the host and the one before that is taken (written, say).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/encode/output_range.hpp"
#include "engine/nn/heads.hpp"
#include "engine/nn/network.hpp"

namespace vgan {

/// Which samples: [first, first + count) of the stream (seed, purpose).
struct SampleRequest {
  std::uint64_t seed = 1;
  Purpose purpose = Purpose::sample;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  ElementType type = ElementType::f32;  ///< f32 or u8
  /// Puts the conditions of samples first, first + 1, ... into [rows, conditions], for a G that has
  /// conditions.
  std::function<void(std::uint64_t first, MatrixView<float> rows)> conditions;
  /// What the noise is drawn from: that which G was trained with.
  math::LatentMixture mixture;
  /// Puts what takes the place of noise into [rows, latent], likewise; may be empty.
  std::function<void(std::uint64_t first, MatrixView<float> rows)> latents;
};

/// Seconds that each stage of `Sampler::sample` was busy; stages overlap.
struct StageSeconds {
  double computing = 0.0;
  double copying = 0.0;  ///< to the host; 0 where samples are computed in the host's memory
  double taking = 0.0;
};

/// A G without gradients, and room for some blocks of samples.
///
/// Sample n of seed s is the same number for number whatever it is asked for with: its noise is
/// numbers n * latent to (n+1) * latent of the stream (s, purpose), that of its heads those from
/// nn::head_numbers + n * trial_size on, and products run over whole
/// units of `unit_rows()` rows. On CUDA that is for one size of block: the library that multiplies
/// may choose another algorithm for another.
class Sampler {
 public:
  struct Room {
    std::int64_t block_rows = 256;  ///< samples computed at once, a multiple of 256
    int slots = 1;                  ///< blocks under way: computed, copied, taken
  };
  /// For few samples beside other work.
  static constexpr Room small{256, 1};
  /// For many, see `docs/performance.md`, "Bulk generation"; smaller blocks for wide networks. A
  /// matter of the network alone, not of what memory is free: samples stay what they are.
  static Room bulk(const Backend& backend, const std::vector<nn::LayerSpec>& layers,
                   ElementType type);
  /// Bytes of device memory that a sampler takes, its queue's room for products included.
  static std::size_t bytes(const Backend& backend, const std::vector<nn::LayerSpec>& layers,
                           ElementType type, const Room& room);

  /// `type` is what G computes in, f32 or bf16. The last `conditions` of its inputs are such.
  /// `heads`: what the outputs are of layers that end in heads, whose samples are f32.
  Sampler(Backend& backend, const std::vector<nn::LayerSpec>& layers, float slope, ElementType type,
          const OutputRange& range, const Room& room, std::int64_t conditions = 0,
          const std::vector<math::Head>& heads = {});
  Sampler(Sampler&&) noexcept;
  ~Sampler();

  /// Takes weights laid out as a ParameterArena section of the same layers, from device memory.
  void load(Queue& queue, VectorView<const float> weights);

  std::int64_t latent() const { return network_.inputs() - conditions_; }
  std::int64_t trial_size() const { return network_.outputs(); }
  std::int64_t unit_rows() const { return unit_rows_; }

  /// Takes samples [n, trial_size] of the request's type in host memory, row after row without
  /// padding; they are there until it returns.
  using Take = std::function<void(ConstMatrixRef samples)>;

  /// Hands the samples out in order, at most `block_rows` at a time, on a thread of its own.
  /// `between` runs on the calling thread each time a block has been handed over, and at the end.
  /// What either throws stops the rest and is thrown here.
  StageSeconds sample(Queue& queue, const SampleRequest& request, const Take& take,
                      const std::function<void()>& between = {});

  /// The network, for loading weights tensor by tensor.
  nn::Network& network() { return network_; }

 private:
  struct Slot;
  struct Part;

  void compute(Queue& queue, const SampleRequest& request, const Part& part, Slot& slot);
  void apply_heads(Queue& queue, const SampleRequest& request, const Part& part, Slot& slot);
  void copy(Queue& queue, Slot& slot, Slot& before);
  void put_inputs(Queue& queue, const SampleRequest& request, const Part& part);
  void put_rows(Queue& queue, const std::function<void(std::uint64_t, MatrixView<float>)>& fill,
                std::uint64_t first, MatrixRef to);

  Backend* backend_;
  OutputRange range_;
  Room room_;
  std::int64_t conditions_;
  std::int64_t unit_rows_;
  std::size_t scratch_;
  nn::Network network_;
  nn::TapeStorage tape_;
  nn::Heads heads_;
  Buffer latent_buffer_;
  MatrixRef latent_;    ///< with the conditions
  Buffer rows_buffer_;  ///< rows from the host on their way, f32
  std::vector<float> host_rows_;
  std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace vgan
