// What a run does where its numbers are out of reach.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/settings/config.hpp"

namespace vgan {

/// The most rollbacks of one run, resumed or not.
inline constexpr std::size_t most_rollbacks = 3;

/// The settings with half the learning rates, and which of them are others.
struct HalvedRates {
  TrainConfig config;
  std::vector<SettingChange> changes;
};
HalvedRates halved_rates(const TrainConfig& config);

/// The flags that lower the rates in use to a tenth.
std::string lower_rates(const TrainConfig& config);

}  // namespace vgan
