// The settings of a run in its checkpoints.
#pragma once

#include <string>

#include "engine/settings/config.hpp"

namespace vgan {

/// One JSON object with every setting by its name, whose numbers read back to the same bits.
std::string saved_config(const TrainConfig& config);

/// The settings that `text` is. A setting that it lacks, of a later version, has its preset's
/// value. Checkpoints of 0.1.0 and before have TOML, which is read too. Throws bad_config, naming
/// `origin`, for text that is neither, for unknown keys and for values of another type.
TrainConfig read_saved_config(const std::string& text, const std::string& origin);

}  // namespace vgan
