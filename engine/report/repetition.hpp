// Commands that do again what a run did.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/run/run_record.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// Commands for a shell, one after another, and what one must know to rely on them.
struct Repetition {
  std::vector<std::string> commands;
  std::vector<std::string> notes;
};

/// `config`: the settings that the run ended with; `record`: what its checkpoint says of its past.
/// The first command has the settings that the run was started with, so that rollbacks happen again
/// by themselves; a change of settings is a resume from a checkpoint of its epoch. `origin`: the
/// settings of the run whose weights it was started from, where they can still be read.
Repetition repetition_of(const TrainConfig& config, const RunRecord& record,
                         const std::optional<TrainConfig>& origin);

/// A word of a command line for a shell: in quotes where it has other signs than plain ones.
std::string shell_text(const std::string& word);

}  // namespace vgan
