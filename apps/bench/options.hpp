// The flags that all commands share, and what they mean.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/shared/command_line.hpp"
#include "engine/device/backend.hpp"
#include "engine/settings/config.hpp"

namespace vgan::bench {

struct Options {
  TrainConfig config;                    ///< of the preset, changed by flags; `threads` is unset
  std::vector<std::int64_t> threads{0};  ///< CPU thread counts to measure; 0: all
  std::int64_t rounds = 5;
  std::int64_t warm_up = 0;  ///< epochs (or blocks) before anything is timed; 0: by the device
  std::int64_t steps = 0;    ///< epochs of a round; 0: by the device
  std::string json;          ///< file for the record; "-": standard output, and nothing else there

  /// 30 and 100 on the CPU, 500 and 1,000 elsewhere.
  std::int64_t warm_up_on(const std::string& device) const;
  std::int64_t steps_on(const std::string& device) const;
};

/// Adds the shared flags to `line`. `with_steps`: the command trains, so that it takes data,
/// warm-up and steps, and times several thread counts; else one.
void add_options(app::CommandLine& line, bool with_steps);
/// Throws usage or bad_config as parse_value does, bad_config for a value out of range.
Options read_options(const app::CommandLine& line);

/// The thread count of a command that takes one. Throws bad_config for several.
int one_thread_count(const Options& options);

/// Build, device and settings, as every record begins.
nlohmann::json describe(const std::string& command, const TrainConfig& config,
                        const DeviceInfo& device);
/// Writes `record` where --json says, and `text` to standard output unless the record goes there.
/// Throws io.
void report(const Options& options, const nlohmann::json& record, const std::string& text);

}  // namespace vgan::bench
