// What a run's folder holds, as far as it is there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/report/metrics_history.hpp"
#include "engine/run/run_record.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// A picture of samples/.
struct SampleFrame {
  std::uint64_t epoch = 0;
  std::string png;  ///< the file's bytes
};

struct RunFacts {
  std::filesystem::path folder;
  std::string name;  ///< for people: the folder's own name and the one above it
  std::optional<LoadedCheckpoint> checkpoint;  ///< the best, as samples are drawn from
  std::optional<GeneratorModel> model;         ///< that it holds
  std::optional<TrainConfig> config;           ///< the model's, else that of config.toml
  RunRecord record;                            ///< of the checkpoint: what became of the run before
  MetricsHistory history;
  std::vector<SampleFrame> frames;            ///< evenly over the epochs, the last one always
  std::size_t frames_there = 0;               ///< in samples/
  std::string real_png, reconstructions_png;  ///< bytes of real.png and so on; empty: none
  std::vector<std::string> missing;           ///< what is missing or cannot be read: a line each
};

/// So many bytes of pictures a report takes at most, in all, as they lie in the folder.
inline constexpr std::size_t most_picture_bytes = std::size_t{3} << 20;
inline constexpr std::size_t most_frames = 24;

/// Reads the folder; what is not there, or broken, becomes a line of `missing`. Throws io where
/// there is no such folder, bad_data where nothing in it is of a run.
RunFacts read_run_facts(const std::filesystem::path& folder);

/// Whether the folder looks like that of a run, or holds those of a comparison.
bool is_run_folder(const std::filesystem::path& folder);
/// The folders of runs right inside `folder`, by name.
std::vector<std::filesystem::path> runs_inside(const std::filesystem::path& folder);

}  // namespace vgan
