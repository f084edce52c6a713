#include <filesystem>
#include <optional>

#include "engine/base/error.hpp"
#include "engine/base/libraries.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/checkpoint/checkpoint.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/report/repetition.hpp"
#include "engine/report/report_page.hpp"
#include "engine/report/sections.hpp"
#include "engine/version.hpp"

namespace vgan {
namespace {

std::vector<std::pair<std::string, std::string>> environment(const RunStudy& study) {
  const auto word = [&](const char* key) -> std::string {
    if (!study.facts.checkpoint) return "";
    const auto& metadata = study.facts.checkpoint->checkpoint.metadata;
    const auto found = metadata.find(key);
    return found == metadata.end() ? "" : found->second;
  };
  std::vector<std::pair<std::string, std::string>> facts{
      {"vgan", std::string(build::version) + ", commit " + std::string(build::git_commit)},
      {"Compiler", std::string(build::compiler) + ", " + std::string(build::build_type)}};
  std::string libraries_text;
  const bool on_cuda = study.facts.config && study.facts.config->device.starts_with("cuda");
  for (const Library& library : on_cuda ? libraries() : host_libraries()) {
    libraries_text += (libraries_text.empty() ? "" : ", ") + library.name + " " + library.version;
  }
  facts.emplace_back("Libraries", libraries_text);
  if (study.facts.config) {
    facts.emplace_back("Device", study.facts.config->device + ", precision " +
                                     to_text(study.facts.config->precision) + ", " +
                                     counted(study.facts.config->threads, "thread"));
    facts.emplace_back("Seed", std::to_string(study.facts.config->seed));
  }
  facts.emplace_back("Data's fingerprint", word("data"));
  if (study.facts.checkpoint) {
    const LoadedCheckpoint& loaded = *study.facts.checkpoint;
    facts.emplace_back("Checkpoint", loaded.file.filename().string() +
                                         (loaded.chosen.empty() ? "" : ": " + loaded.chosen));
  }
  return facts;
}

// The settings of the run whose weights another was started from, where they are still there.
std::optional<TrainConfig> origin_settings(const RunRecord& record) {
  if (!record.origin) return std::nullopt;
  try {
    const Checkpoint checkpoint = load_checkpoint(record.origin->file);
    return read_model(checkpoint, record.origin->file).config;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

void write_events(Html& html, const RunStudy& study) {
  std::vector<Statement> statements;
  for (const RunEvent& event : study.facts.history.events) {
    if (event.kind == "done" || event.kind == "floors") continue;
    const bool grave = event.kind == "alarm" || event.kind == "diverged";
    statements.push_back({grave ? Mark::bad : Mark::plain, event_text(event)});
  }
  for (const std::string& line : study.facts.missing) statements.push_back({Mark::fair, line});
  if (study.trials) {
    for (const std::string& line : study.trials->training.notes) {
      statements.push_back({Mark::plain, line});
    }
  }
  if (statements.empty()) return;
  write_statements(html, statements);
}

void write_repeat(Html& html, const RunStudy& study) {
  if (study.facts.config) {
    html.element("h3", "Train it again");
    const Repetition again =
        repetition_of(*study.facts.config, study.facts.record, origin_settings(study.facts.record));
    std::string commands;
    for (const std::string& one : again.commands) commands += (commands.empty() ? "" : "\n") + one;
    write_code(html, commands,
               again.commands.size() == 1 ? "The command that repeats the run"
                                          : "The commands that repeat the run");
    html.element("p", {{"class", "note"}},
                 "On the same data, version and kind of processor the numbers are the same.");
    for (const std::string& note : again.notes) html.element("p", {{"class", "note"}}, note);
    html.element("h3", "Draw from it");
    write_code(html,
               "vgan_cuda generate --model " + shell_text(study.facts.folder.string()) +
                   " --count 1000 --out samples." +
                   (study.facts.model && study.facts.model->schema ? "csv" : "npy"),
               "The command that draws samples");
  }
  html.element("h3", "Environment");
  write_facts(html, environment(study));
  if (!study.facts.config) return;
  html.open("details").element("summary", "All settings");
  write_code(html, print_config(*study.facts.config, false),
             "All settings, as a file for --config");
  html.close();
}

}  // namespace vgan
