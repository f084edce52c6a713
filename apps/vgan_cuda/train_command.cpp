// vgan_cuda train: every setting is a flag; a config file and a preset lie beneath the flags.
#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>

#include "apps/shared/command_line.hpp"
#include "apps/shared/values.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/run_display.hpp"
#include "apps/vgan_cuda/run_reports.hpp"
#include "apps/vgan_cuda/signals.hpp"
#include "apps/vgan_cuda/terminal.hpp"
#include "engine/base/error.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/run/chosen_model.hpp"
#include "engine/run/run.hpp"
#include "engine/settings/config.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

constexpr const char* start_group = "Where to start from";
const SettingInfo resume_flag{"resume", start_group, "[PATH]",
                              "go on with a run: its folder or a checkpoint; no PATH = the newest "
                              "in runs/"};
const SettingInfo from_flag{"from", start_group, "RUN_OR_FILE",
                            "a new run from the weights and settings of another; flags replace "
                            "settings, but not those of the networks"};
const SettingInfo config_flag{"config", start_group, "FILE",
                              "TOML file of settings, named as the flags are"};
const SettingInfo print_config_flag{
    "print-config", start_group, "",
    "print all settings that a run would have as a file for --config, and exit"};

// The settings of the preset that a table gets by itself, where they are not those of --help.
std::string table_text(const TrainConfig& defaults) {
  std::map<std::string, std::string> shown;
  visit_settings(defaults, [&](const SettingInfo& info, const auto& field) {
    shown[info.name] = value_text(field);
  });
  std::vector<std::string> others;
  const TrainConfig masked = preset("masked");
  visit_settings(masked, [&](const SettingInfo& info, const auto& field) {
    const std::string text = value_text(field), name = info.name;
    // What a masked model has no use for is not told.
    const bool used = !refusal_of(masked, {name});
    if (used && name != "preset" && shown[name] != text) others.push_back(name + " " + text);
  });
  return wrap(
             "Defaults are those of a GAN. A table is learnt with --preset masked unless another "
             "model is named: " +
                 joined(others) + ".",
             0, 80) +
         "\n\n";
}

std::string preset_text() {
  std::string text = table_text(preset("default")) + "Presets, for --preset:\n";
  for (const auto& [name, about] : preset_list()) {
    std::string left = "  " + name;
    left.resize(26, ' ');
    text += left + wrap(about, 26, 80) + "\n";
  }
  return text +
         "\nFlags win over --config, which wins over --preset. Exit status: 0 done, 2 usage,\n"
         "3 diverged, 65 bad data, 69 no such device, 70 internal, 74 input or output,\n"
         "75 stopped early with a checkpoint, 78 bad setting.";
}

void add_flags(CommandLine& line) {
  const TrainConfig defaults = preset("default");
  visit_settings(defaults,
                 [&](const SettingInfo& info, const auto& field) { line.add(info, field); });
  line.add_optional(resume_flag, "off");
  line.add(from_flag, std::string("none"));
  line.add(config_flag, std::string("none"));
  line.add(print_config_flag, false);
  line.set_footer(preset_text());
}

/// The preset, the config file over it, the flags over both.
struct Settings {
  TrainConfig config;
  std::vector<std::string> given;  ///< by flags
};

Settings read_settings(const CommandLine& line) {
  FlagsOverFile flags;
  line.read("preset", flags.preset);
  std::string model;
  if (line.read("model", model)) flags.model = find_word<ModelKind>(model);
  flags.given = [&](const std::string& name) { return line.given(name); };
  Settings settings;
  std::vector<std::string> in_file;
  std::string file;
  if (line.read("config", file)) {
    settings.config = read_config(file, flags, &in_file);
  } else if (!flags.preset.empty()) {
    settings.config = preset(flags.preset);
  } else {
    settings.config = preset(preset_for(flags.model.value_or(ModelKind::gan)));
  }
  // Numbers are read before words: a line with a value that is no number cannot be understood (2),
  // which is told before a word that its setting has not (78).
  for (const bool words : {false, true}) {
    visit_settings(settings.config, [&](const SettingInfo& info, auto& field) {
      if (WordSetting<std::decay_t<decltype(field)>> != words) return;
      if (line.read(info.name, field)) settings.given.emplace_back(info.name);
    });
  }
  drop_overruled(settings.config, [&](const std::string& name) {
    return line.given(name) || std::find(in_file.begin(), in_file.end(), name) != in_file.end();
  });
  // The last word on the length is the flag's, whatever a config file says.
  if (line.given("epochs") && !line.given("passes")) settings.config.passes = 0.0;
  return settings;
}

void refuse_mixtures(const CommandLine& line) {
  const auto refuse = [&](const char* flag, const char* other, const char* remedy) {
    if (!line.given(flag) || !line.given(other)) return;
    throw Error(ErrorCode::usage, {"bad command line",
                                   "--" + std::string(flag) + " with --" + other, "", "", remedy});
  };
  refuse("resume", "from",
         "--resume goes on with a run in its own folder, --from starts another: give one of them");
  for (const char* other : {"config", "print-config"}) {
    refuse("resume", other,
           "a resumed run goes on with the settings in its checkpoint, written in its config.toml; "
           "give what shall change as flags");
    refuse("from", other,
           "the new run has the settings of the other; give what shall differ as flags");
  }
}

[[noreturn]] void report_stop(const std::string& program, const RunResult& result) {
  throw Error(ErrorCode::interrupted,
              {"stopped on request after epoch " + std::to_string(result.epochs), "", "", "",
               "saved " + result.checkpoint.string() + "; go on by " + shell_word(program) +
                   " train --resume " + shell_word(result.folder.string())});
}

// The page about a run that has ended, unless its settings say otherwise. One that was stopped is
// described as it lies there: who stops a run waits for no measures.
void write_run_report(const std::filesystem::path& folder, bool measure, const TrainConfig& config,
                      const std::string& failure = "") {
  ReportRequest report;
  report.runs = {folder};
  report.measure = measure;
  report.failure = failure;
  report.device = config.device;
  report.threads = config.threads;
  report.stop_requested = stop_requested;
  report.only_where_wanted = true;
  report_after_work(report, true);  // the summary of the run names it
}

// A run that diverges has a page as well: how it came is what its user wants to see.
RunResult trained(const RunRequest& request, const RunDisplay& display) {
  try {
    return run_training(request);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::diverged && !display.folder().empty()) {
      write_run_report(display.folder(), false, request.config, error.what());
    }
    throw;
  }
}

// The settings that a run would have, as a file; what decides them stands in its first line where
// the model is open.
std::string settings_text(const RunRequest& request) {
  const TrainConfig& config = request.config;
  ChosenModel chosen{config, ""};
  if (request.choose_model) {
    const auto table =
        names_table({.data = config.data,
                     .shape = {config.shape, config.net == NetKind::conv1d, std::nullopt}});
    if (table.value_or(false)) {
      chosen = model_of_table(request, config);
    } else if (!table) {
      chosen.note =
          "model gan, unless the data are a table, which their first bytes do not say: --model "
          "masked prints what rows of one are learnt by";
    }
  }
  validate(chosen.config);
  return (chosen.note.empty() ? "" : "# " + chosen.note + "\n") + print_config(chosen.config, true);
}

}  // namespace

int run_train(const std::string& program, const Words& words) {
  CommandLine line(
      "vgan_cuda [train] [flags]",
      "Trains a GAN, an autoencoder or, of a table, a masked model, into a run folder.");
  add_flags(line);
  if (!line.parse(words)) return 0;
  refuse_mixtures(line);
  const Settings settings = read_settings(line);
  RunRequest request;
  request.config = settings.config;
  request.given = settings.given;
  const auto named = [&](const char* flag) { return line.given(flag); };
  request.choose_model = !named("model") && !named("preset") && !named("config");
  request.condition_on_labels = named("labels") && !named("conditional") && !named("config");
  if (line.given("print-config")) {
    std::fputs(settings_text(request).c_str(), stdout);
    return 0;
  }

  if (!settings.config.quiet) require_output();
  std::string resume_from;
  request.resume = line.read("resume", resume_from);
  request.resume_from = resume_from;
  std::string from;
  if (line.read("from", from) && from.empty()) {
    throw Error(ErrorCode::usage,
                {"bad command line", "--from", "''", "a run folder or checkpoint file", ""});
  }
  request.from = from;
  request.stop_requested = stop_requested;
  const bool other_run = request.resume || !from.empty();
  const bool device_known = !other_run || line.given("device");
  RunDisplay display(program, request.config.quiet, device_known ? request.config.device : "");
  request.observer = &display;

  catch_stop_signals();
  const RunResult result = trained(request, display);
  write_run_report(result.folder, !result.stopped, request.config);
  if (result.stopped) report_stop(program, result);
  display.finished(result);
  return 0;
}

}  // namespace vgan::app
