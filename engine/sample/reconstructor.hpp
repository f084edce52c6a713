// An autoencoder without gradients: trials to codes and back, a block at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/device/backend.hpp"
#include "engine/encode/scaling.hpp"
#include "engine/encode/table_heads.hpp"
#include "engine/models/architecture.hpp"
#include "engine/nn/inference.hpp"
#include "engine/sample/device_trials.hpp"
#include "engine/sample/sampler.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// "28 x 28", "32 x 32 x 3".
std::string shape_text(const TrialShape& trial);

class Reconstructor {
 public:
  /// The networks of a `config` with all layers named, for trials of this shape. `type` is what
  /// they compute in, f32 or bf16. `heads`: what the decoder's outputs are, for rows of a table.
  Reconstructor(Backend& backend, const TrainConfig& config, const TrialShape& trial,
                ElementType type, std::vector<Head> heads = {});
  static std::size_t bytes(const Backend& backend, const TrainConfig& config,
                           const TrialShape& trial, ElementType type, bool heads = false);

  /// For loading weights.
  Inference& encoder() { return encoder_; }
  Inference& decoder() { return decoder_; }

  /// Some trials on their way through, all without padding between rows.
  struct Block {
    std::int64_t first, rows;
    std::vector<float> trials;  ///< [rows, trial], as the networks see them
    std::vector<float> codes;   ///< [rows, latent], or mean | log variance [rows, 2 latent]
    std::vector<float>
        outputs;  ///< [rows, trial], the decoder's before its last activation or heads
    std::vector<float> variances;  ///< [trial] of numbers, for rows of a table; else empty
  };
  /// Encodes and decodes the first `count` of `trials`, block by block; a variational one decodes
  /// the mean. `range`, of bytes, or else `scaling` says how trials stand to outputs. Trial n
  /// becomes the same whatever else there is.
  void run(Queue& queue, const Trials& trials, std::int64_t count, const OutputRange& range,
           const Scaling& scaling, const std::function<void(const Block&)>& take);

  /// The codes [n, latent] of up to `most` trials of the device's data set, drawn without
  /// replacement by `seed`; of a model that is not variational.
  std::vector<float> codes_of(Queue& queue, const DeviceTrials& data, std::int64_t most,
                              std::uint64_t seed);

 private:
  Backend* backend_;
  std::int64_t latent_;
  std::vector<Head> heads_;
  Inference encoder_, decoder_;
  Buffer state_;  ///< a StepState at step 0, by which trials are gathered
};

}  // namespace vgan
