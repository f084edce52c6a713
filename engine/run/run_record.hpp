// What a run's checkpoints say of its past: settings that were changed, and where weights came
// from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

struct RunRecord {
  /// A setting's new value counts for the epochs after `epoch`. A run with such a change is no
  /// longer, bit for bit, the one that was started.
  struct Change {
    std::uint64_t epoch = 0;
    SettingChange setting;
  };
  /// The checkpoint whose weights the run started from.
  struct Origin {
    std::string file;
    std::uint64_t epoch = 0;
    /// Trials that are held out are among those that the weights were trained on.
    bool mixed = false;
  };

  std::vector<Change> changes;  ///< in the order in which they were made
  /// The run broke down after epoch `epoch`, and went on from the weights of `to` at half the
  /// rates.
  struct Rollback {
    std::uint64_t epoch = 0, to = 0;
  };
  std::vector<Rollback> rollbacks;  ///< in the order in which they were made
  std::optional<Origin> origin;

  /// As JSON in the metadata `changes`, `rollbacks` and `origin`, each where there is something to
  /// say.
  void save(Checkpoint& checkpoint) const;
  /// Throws bad_data, naming `file`, where that metadata is not what `save` writes.
  static RunRecord load(const Checkpoint& checkpoint, const std::string& file);
};

/// "lr 0.0002 -> 0.0001".
std::string change_text(const SettingChange& change);

}  // namespace vgan
