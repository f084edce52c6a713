#include <filesystem>

#include "engine/base/libraries.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/report/report_page.hpp"
#include "engine/report/sections.hpp"
#include "engine/report/setting_words.hpp"
#include "engine/version.hpp"

namespace vgan {
namespace {

// A word of a command line for a shell: in quotes where it has other signs than these.
std::string shell_text(const std::string& word) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:,=+@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

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
    facts.emplace_back("Checkpoint", study.facts.checkpoint->file.filename().string());
  }
  return facts;
}

}  // namespace

std::string repeating_command(const TrainConfig& config) {
  std::vector<std::string> words{"vgan_cuda", "train", "--preset", config.preset};
  const auto usual = setting_values(preset(config.preset)), own = setting_values(config);
  for (std::size_t i = 0; i < own.size(); ++i) {
    const auto& [name, text] = own[i];
    const bool of_display = name == "preset" || name == "out" || name == "quiet";
    if (usual[i].second == text || of_display) continue;
    if (text == "false" || text == "true") {
      words.push_back("--" + name + (text == "false" ? "=false" : ""));
      continue;
    }
    words.push_back("--" + name);
    words.push_back(text);
  }
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + shell_text(word);
  return line;
}

void write_events(Html& html, const RunStudy& study) {
  std::vector<Statement> statements;
  for (const RunEvent& event : study.facts.history.events) {
    if (event.kind == "done" || event.kind == "floors") continue;
    const bool grave = event.kind == "alarm";
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
    write_code(html, repeating_command(*study.facts.config), "The command that repeats the run");
    html.element("p", {{"class", "note"}},
                 "On the same data, version and kind of processor the numbers are the same.");
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
