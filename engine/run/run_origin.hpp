// From what `--from` names to the settings and weights of a new run.
#pragma once

#include <string>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/held_out.hpp"
#include "engine/data/trial_shape.hpp"
#include "engine/data/trials.hpp"
#include "engine/models/conditions.hpp"
#include "engine/run/run.hpp"
#include "engine/run/run_record.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// The start of a run from another's weights.
struct RunOrigin {
  LoadedCheckpoint loaded;
  TrainConfig config;            ///< of the other run, under what was given for this one
  std::string data;              ///< the file that the other run was trained on
  TrialShape trial;              ///< what the other run was trained on
  std::optional<Schema> schema;  ///< of the table that its trials were rows of, or nothing
  ConditionModel conditions;     ///< and what its networks were told

  RunRecord::Origin record() const;
  /// Whether trials of `split`, read from `data`, are held out that the other run may have been
  /// trained on: they are of one file, parted in another way.
  bool mixes(const SplitTrials& split, const std::string& data) const;
  /// Throws bad_data for trials of another shape, for rows of a table of other columns, and for
  /// another number of classes or another length of condition vectors, bad_config as
  /// ConditionModel. Classes are known by their numbers: what they are called is the new data's.
  void require_fit(const Trials& trials) const;
};

/// Throws bad_config for settings under which the networks would be others, io and bad_data as
/// load_run_or_file.
RunOrigin find_origin(const RunRequest& request);

}  // namespace vgan
