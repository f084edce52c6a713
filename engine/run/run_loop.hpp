// The epochs of a run: training, and what is saved, drawn and told on the way.
#pragma once

#include <filesystem>
#include <vector>

#include "engine/data/held_out.hpp"
#include "engine/run/run.hpp"
#include "engine/run/run_folder.hpp"
#include "engine/run/run_record.hpp"
#include "engine/train/trainer.hpp"

namespace vgan {

/// Trains `trainer` from the epoch it is at to its last, in `folder`. `resumed_from`: the
/// checkpoint that it was restored from, or empty. `changes` are the settings that were changed at
/// this resume. After a breakdown `trainer` is another (`on-divergence` rollback). Throws as
/// run_training; an error of the device, and one of the numbers, names the
/// newest checkpoint.
RunResult run_epochs(const RunRequest& request, Trainer& trainer, const SplitTrials& trials,
                     RunFolder& folder, const std::filesystem::path& resumed_from,
                     const RunRecord& record, const std::vector<SettingChange>& changes);

/// Writes the settings in use to the folder's config.toml.
void write_config(const Trainer& trainer, const RunFolder& folder);

}  // namespace vgan
