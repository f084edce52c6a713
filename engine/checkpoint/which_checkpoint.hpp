// Which checkpoint of a run is meant: its newest, or the best by what its samples were measured to
// be, which its metadata say.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "engine/base/words.hpp"
#include "engine/checkpoint/checkpoint.hpp"

namespace vgan {

enum class WhichCheckpoint { best, newest };

template <>
struct WordTable<WhichCheckpoint> {
  static constexpr const char* setting = "which";
  static constexpr std::array<Word<WhichCheckpoint>, 2> table{{
      {WhichCheckpoint::best, "best",
       "by the measure of its samples; where nothing was measured, or the newest is as good, that"},
      {WhichCheckpoint::newest, "newest"},
  }};
};

/// What the samples of a checkpoint came to, by the measure that its run goes by.
struct CheckpointQuality {
  std::string measure;
  double value = 0.0;  ///< the lower the better
};

/// "frechet 4.25".
std::string quality_text(const CheckpointQuality& quality);
/// Says it in the checkpoint's metadata, as `quality`.
void save_quality(const CheckpointQuality& quality, Checkpoint& checkpoint);
/// What metadata say; nothing where they do not.
std::optional<CheckpointQuality> quality_of(const std::map<std::string, std::string>& metadata);

/// A newest checkpoint that is worse than the best by no more than this share of it is as good.
inline constexpr double as_good_margin = 0.05;

/// What load_run_or_file loads, or of a run's folder the best: the one with the lowest value of the
/// measure that the newest measured one has, unless the newest is as good. Where that file is
/// damaged, `skipped` says so and the newest is loaded; it names every damaged one in the folder.
/// `chosen` says what was loaded and why. Throws as load_run_or_file.
LoadedCheckpoint load_chosen(const std::filesystem::path& run_or_file, WhichCheckpoint which);

}  // namespace vgan
