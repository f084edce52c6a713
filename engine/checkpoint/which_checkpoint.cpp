#include "engine/checkpoint/which_checkpoint.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <system_error>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/checkpoint/checkpoint_folder.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

const std::string quality_key = "quality";

/// The checkpoints of a folder that were measured, by epoch, and the newest of all.
struct Measured {
  std::map<std::uint64_t, CheckpointQuality> qualities;
  std::uint64_t newest = 0;
  std::map<std::uint64_t, std::string> damaged;  ///< what is wrong with a file, by epoch
};

// A file that is damaged or has gone meanwhile is none that was measured.
Measured measured_in(const Folder& folder) {
  Measured found;
  for (const auto& [epoch, file] : list_checkpoints(folder)) {
    found.newest = epoch;
    try {
      const auto metadata = load_metadata({folder, checkpoint_name(epoch)});
      if (const auto quality = quality_of(metadata)) found.qualities.emplace(epoch, *quality);
    } catch (const Error& error) {
      if (!folder.has(checkpoint_name(epoch))) continue;
      if (error.code() != ErrorCode::bad_data) throw;
      found.damaged.emplace(epoch, error.what());
    }
  }
  return found;
}

// The epoch of the best; nothing where none was measured.
std::optional<std::uint64_t> best_of(const Measured& measured) {
  if (measured.qualities.empty()) return std::nullopt;
  const auto& [last_epoch, last] = *measured.qualities.rbegin();
  std::uint64_t best = last_epoch;
  double lowest = last.value;
  for (const auto& [epoch, quality] : measured.qualities) {
    if (quality.measure != last.measure || !(quality.value < lowest)) continue;
    best = epoch;
    lowest = quality.value;
  }
  const bool as_good =
      last_epoch == measured.newest && last.value <= lowest + as_good_margin * std::fabs(lowest);
  return as_good ? last_epoch : best;
}

std::string chosen_text(const Measured& measured, std::uint64_t best) {
  const std::string own = quality_text(measured.qualities.at(best));
  if (best == measured.newest) return "the newest, by its " + own + " as good as any kept";
  const auto newest = measured.qualities.find(measured.newest);
  return "the best by quality, " + own + "; the newest, epoch " + std::to_string(measured.newest) +
         (newest == measured.qualities.end() ? ", was not measured"
                                             : ", has " + quality_text(newest->second)) +
         " (--which newest)";
}

LoadedCheckpoint newest_of(const fs::path& folder, const std::string& why) {
  LoadedCheckpoint loaded = load_newest(folder);
  loaded.chosen = "the newest" + why;
  return loaded;
}

// Adds the damaged files that `loaded` does not tell of yet.
void tell_damaged(const Measured& measured, LoadedCheckpoint& loaded) {
  for (const auto& [epoch, text] : measured.damaged) {
    const std::string name = checkpoint_name(epoch);
    const bool told =
        std::any_of(loaded.skipped.begin(), loaded.skipped.end(),
                    [&](const std::string& line) { return line.find(name) != std::string::npos; });
    if (!told) loaded.skipped.push_back(text);
  }
}

LoadedCheckpoint load_best(const Folder& folder, const fs::path& place, const Measured& measured) {
  const auto best = best_of(measured);
  if (!best) return newest_of(place, ", as none was measured");
  LoadedCheckpoint loaded;
  try {
    loaded.checkpoint = load_checkpoint_at({folder, checkpoint_name(*best)});
  } catch (const Error& error) {
    const bool gone = !folder.has(checkpoint_name(*best));
    if (error.code() != ErrorCode::bad_data && !gone) throw;
    LoadedCheckpoint newest = newest_of(place, ", as the best cannot be read");
    if (!gone) newest.skipped.insert(newest.skipped.begin(), error.what());
    return newest;
  }
  loaded.file = place / checkpoint_name(*best);
  loaded.chosen = chosen_text(measured, *best);
  return loaded;
}

LoadedCheckpoint best_in(const fs::path& place) {
  const Folder folder(place);
  const Measured measured = measured_in(folder);
  LoadedCheckpoint loaded = load_best(folder, place, measured);
  tell_damaged(measured, loaded);
  return loaded;
}

}  // namespace

std::string quality_text(const CheckpointQuality& quality) {
  return quality.measure + " " + general_text(quality.value, 4);
}

void save_quality(const CheckpointQuality& quality, Checkpoint& checkpoint) {
  checkpoint.metadata[quality_key] = quality.measure + " " + exact_text(quality.value);
}

std::optional<CheckpointQuality> quality_of(const std::map<std::string, std::string>& metadata) {
  const auto found = metadata.find(quality_key);
  if (found == metadata.end()) return std::nullopt;
  const std::size_t blank = found->second.find(' ');
  if (blank == std::string::npos || blank == 0) return std::nullopt;
  const auto value = read_number<double>(std::string_view(found->second).substr(blank + 1));
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return CheckpointQuality{found->second.substr(0, blank), *value};
}

LoadedCheckpoint load_chosen(const fs::path& run_or_file, WhichCheckpoint which) {
  const fs::path place = find_checkpoint(run_or_file);
  std::error_code ignored;
  if (!fs::is_directory(place, ignored)) {
    LoadedCheckpoint loaded{load_checkpoint(place), place, {}};
    const auto quality = quality_of(loaded.checkpoint.metadata);
    loaded.chosen = "the file that was named" + (quality ? ", " + quality_text(*quality) : "");
    return loaded;
  }
  if (which == WhichCheckpoint::newest) return newest_of(place, ", as asked for");
  return best_in(place);
}

}  // namespace vgan
