#include "apps/bench/options.hpp"

#include <cstdio>
#include <set>
#include <string_view>

#include "engine/base/error.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/models/architecture.hpp"
#include "engine/settings/setting_table.hpp"
#include "engine/version.hpp"

namespace vgan::bench {
namespace {

constexpr const char* group = "Measurement";
const SettingInfo data_flag{"data", "Data", "PATH",
                            "images as vgan_cuda takes them; empty = u8 noise of 28 x 28"};
const SettingInfo preset_flag{"preset", "Recipe", "NAME",
                              "article: the plain step; default: with lazy R1 and averaged G"};
const SettingInfo threads_flag{"threads", "Machine", "A,B,..",
                               "CPU thread counts, each measured; 0 = all that may be used"};
const SettingInfo one_threads_flag{"threads", "Machine", "N",
                                   "CPU threads; 0 = all that the process may use"};
const SettingInfo rounds_flag{"rounds", group, "N", "measurements of each; medians are printed"};
const SettingInfo warm_up_flag{"warm-up", group, "N",
                               "epochs before the first; 0 = 30 on the CPU, 500 on CUDA"};
const SettingInfo steps_flag{"steps", group, "N",
                             "epochs of a round, rounded up to whole periods of lazy R1; 0 = 100 "
                             "on the CPU, 1000 on CUDA"};
const SettingInfo json_flag{"json", group, "FILE",
                            "write the record there; - = to standard output, alone"};

/// Calls `visitor` for those settings of a training run that a measurement depends on.
template <class Config, class Visitor>
void visit_shared(Config& config, Visitor visitor) {
  static const std::set<std::string_view> names{"batch", "latent", "g-layers",  "d-layers",
                                                "seed",  "device", "precision", "step"};
  visit_settings(config, [&](const SettingInfo& info, auto& field) {
    if (names.contains(info.name)) visitor(info, field);
  });
}

void require_count(const char* flag, std::int64_t value, std::int64_t least) {
  if (value >= least && value <= 1 << 30) return;
  throw Error(ErrorCode::bad_config,
              {"bad setting", std::string("--") + flag, std::to_string(value),
               std::to_string(least) + " to 2^30", ""});
}

}  // namespace

std::int64_t Options::warm_up_on(const std::string& device) const {
  return warm_up > 0 ? warm_up : device == "cpu" ? 30 : 500;
}

std::int64_t Options::steps_on(const std::string& device) const {
  const std::int64_t wanted = steps > 0 ? steps : device == "cpu" ? 100 : 1000;
  const std::int64_t period = config.r1 > 0.0 ? config.r1_every : 1;
  return (wanted + period - 1) / period * period;
}

void add_options(app::CommandLine& line, bool with_steps) {
  const Options defaults;
  TrainConfig config = preset("default");
  line.add(preset_flag, config.preset);
  visit_shared(config, [&](const SettingInfo& info, auto& field) {
    if (with_steps || info.name != std::string_view("step")) line.add(info, field);
  });
  if (with_steps) {
    line.add(data_flag, std::string());
    line.add(threads_flag, defaults.threads);
    line.add(warm_up_flag, defaults.warm_up);
    line.add(steps_flag, defaults.steps);
  } else {
    line.add(one_threads_flag, std::int64_t{0});
  }
  line.add(rounds_flag, defaults.rounds);
  line.add(json_flag, std::string("none"));
}

Options read_options(const app::CommandLine& line) {
  Options options;
  std::string name = "default";
  line.read("preset", name);
  options.config = preset(name);
  if (options.config.net != NetKind::mlp || options.config.model != ModelKind::gan) {
    throw Error(ErrorCode::bad_config,
                {"bad setting", "--preset", "'" + name + "'", "a preset of a dense GAN",
                 "time other models with vgan_cuda --profile-steps"});
  }
  visit_shared(options.config,
               [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });
  line.read("data", options.config.data);
  line.read("threads", options.threads);
  line.read("rounds", options.rounds);
  line.read("warm-up", options.warm_up);
  line.read("steps", options.steps);
  line.read("json", options.json);
  require_count("rounds", options.rounds, 1);
  require_count("warm-up", options.warm_up, 0);
  require_count("steps", options.steps, 0);
  for (const std::int64_t threads : options.threads) {
    options.config.threads = threads;
    validate(options.config);
  }
  options.config.threads = 0;
  return options;
}

int one_thread_count(const Options& options) {
  if (options.threads.size() == 1) return static_cast<int>(options.threads.front());
  throw Error(ErrorCode::bad_config, {"bad setting", "--threads", app::value_text(options.threads),
                                      "one number for this command", ""});
}

nlohmann::json describe(const std::string& command, const TrainConfig& asked,
                        const DeviceInfo& device) {
  const TrainConfig config = with_layers(asked, TrialShape{28, 28, 1});
  const auto text = [](std::string_view value) { return std::string(value); };
  return {{"command", command},
          {"build",
           {{"version", text(build::version)},
            {"commit", text(build::git_commit)},
            {"compiler", text(build::compiler)},
            {"type", text(build::build_type)},
            {"oneDNN", text(build::onednn_version)},
            {"CUDA", text(build::cuda)}}},
          {"device", {{"kind", device.kind}, {"name", device.name}}},
          {"preset", config.preset},
          {"batch", config.batch},
          {"latent", config.latent},
          {"g_layers", config.g_layers},
          {"d_layers", config.d_layers}};
}

void report(const Options& options, const nlohmann::json& record, const std::string& text) {
  const std::string lines = record.dump(1) + "\n";
  if (options.json == "-") {
    std::fputs(lines.c_str(), stdout);
    return;
  }
  std::fputs(text.c_str(), stdout);
  if (options.json.empty()) return;
  AtomicFile file(options.json, "cannot write the record");
  file.write(lines);
  file.commit();
}

}  // namespace vgan::bench
