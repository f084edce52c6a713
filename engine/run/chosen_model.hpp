// Which model a run trains where nobody names one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/run/run.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

struct ChosenModel {
  TrainConfig config;
  std::string note;  ///< which model, and why
};

/// What rows of a table are learnt by where the model is open (RunRequest::choose_model): a masked
/// model, its preset with what is given, unless a setting is given that such a model has no use
/// for. `config` is the default preset with what is given.
ChosenModel model_of_table(const RunRequest& request, const TrainConfig& config);

/// What is wrong with the settings, if anything; `used`: settings that are given must be the
/// model's.
std::optional<Error> refusal_of(const TrainConfig& config, const std::vector<std::string>& given,
                                bool used = true);

/// Throws what is wrong with the settings; those of a run whose model the data decide may be those
/// of either model.
void judge_settings(const RunRequest& request, const TrainConfig& config, bool resumed);

}  // namespace vgan
