// A checkpoint with its settings as lines of TOML, as vgan 0.1.0 wrote them: lines are easy to put
// others in place of.
#pragma once

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/settings/saved_config.hpp"

namespace vgan::testing {

inline Checkpoint with_toml(Checkpoint checkpoint) {
  std::string& config = checkpoint.metadata.at("config");
  config = print_config(read_saved_config(config, "a checkpoint"), false);
  return checkpoint;
}

}  // namespace vgan::testing
