// From what `--resume` names to a folder, a checkpoint and settings.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/schema.hpp"
#include "engine/run/run.hpp"
#include "engine/run/run_folder.hpp"
#include "engine/run/run_record.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// The start of a resumed run: where, from what, with which settings.
struct Resumption {
  RunFolder folder;  ///< this process's own since before `loaded` was read
  LoadedCheckpoint loaded;
  TrainConfig config;
  TrialShape trial;                    ///< that the run was trained on
  RunRecord record;                    ///< of the checkpoint
  std::vector<SettingChange> changes;  ///< that are made now
  std::optional<Schema> schema;        ///< of the table that the run was trained on
};

/// Throws bad_config where there is nothing to resume, another process trains in the folder or a
/// setting may not change; io and bad_data as load_checkpoint.
Resumption find_resumption(const RunRequest& request);

bool is_given(const RunRequest& request, const std::string& setting);
/// `saved` with the settings of `request.config` that are given, but where they leave open what is
/// settled in `saved`, e.g. `precision` auto.
TrainConfig overlaid(const TrainConfig& saved, const RunRequest& request);

}  // namespace vgan
