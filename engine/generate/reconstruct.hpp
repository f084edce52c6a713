// Trials through a trained autoencoder and back, to a file, with their errors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "engine/checkpoint/which_checkpoint.hpp"
#include "engine/data/trial_shape.hpp"
#include "engine/sample/reconstruction_figures.hpp"
#include "engine/settings/choices.hpp"

namespace vgan {

inline constexpr const char* allowed_trial_counts = "0 (all) to 2^40 - 1";

struct ReconstructRequest {
  std::filesystem::path model;                    ///< run folder or checkpoint file
  WhichCheckpoint which = WhichCheckpoint::best;  ///< of a run's folder
  std::string data;     ///< as DataRequest::data; "digits" are those of the model's seed
  std::string array;    ///< as DataRequest
  std::string dataset;  ///< likewise
  std::string out = "reconstructions.npy";  ///< .npy; .png: each trial above its reconstruction
  std::string errors;                       ///< .npy of the mean squared error of each trial, or ""
  /// The first so many trials; 0: all, or the 50 that a picture shows, unless `errors` or
  /// `measure_all` ask for more.
  std::uint64_t count = 0;
  bool measure_all = false;  ///< the errors are of all trials, though a picture shows but some
  std::string device = "auto";
  PrecisionKind precision = PrecisionKind::automatic;
  std::int64_t threads = 0;
  std::function<bool()> stop_requested;  ///< asked with each block; may be empty
};

struct ReconstructResult {
  ModelKind model = ModelKind::ae;  ///< or vae
  ReconstructionErrors errors;
  TrialShape shape;                  ///< of one trial
  std::filesystem::path checkpoint;  ///< used
  std::string chosen;                ///< which checkpoint that is, and why
  std::uint64_t epoch = 0;
  double seconds = 0.0;
  std::string note;  ///< newer checkpoints passed over, trials outside the model's range, or empty
};

/// Writes reconstructions in the data's own units and type, of the shape Trials::array_shape.
/// Makes the folders of `out` and `errors` where there are none. Data of the model's type are seen
/// in the range that it was trained on, others in their own. Throws usage where `out` and `errors`
/// are one file; bad_config for a GAN, which has no encoder, and for names of files without a known
/// ending; bad_data for trials of another shape than the model's; io, no_device, interrupted (no
/// file is left).
ReconstructResult reconstruct(const ReconstructRequest& request);

}  // namespace vgan
