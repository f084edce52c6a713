#include "engine/report/repetition.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/checkpoint/checkpoint_folder.hpp"
#include "engine/report/setting_words.hpp"

namespace vgan {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;
using Change = RunRecord::Change;

const char* const again = "again";  // the folder of the repeated run

std::string* value_in(Values& values, const std::string& name) {
  for (auto& [known, text] : values) {
    if (known == name) return &text;
  }
  return nullptr;
}

void put(Values& values, const std::string& name, const std::string& text) {
  if (std::string* const value = value_in(values, name)) *value = text;
}

std::string flag(const std::string& name, const std::string& text) {
  if (text == "true") return " --" + name;
  if (text == "false") return " --" + name + "=false";
  return " --" + name + " " + shell_text(text);
}

std::string flags_beside(const Values& usual, const Values& own) {
  std::string line;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const auto& [name, text] = own[i];
    const bool of_display = name == "preset" || name == "out" || name == "quiet";
    if (usual[i].second != text && !of_display) line += flag(name, text);
  }
  return line;
}

// Other data come with nothing of the other run's that belongs to its data.
Values without_files(Values values, const Values& own) {
  const auto differs = [&](const std::string& name) {
    Values copy = own;
    return *value_in(values, name) != *value_in(copy, name);
  };
  if (!differs("data")) return values;
  for (const char* name : {"labels", "schema", "array", "dataset"}) put(values, name, "");
  return values;
}

/// Changes of one epoch, which one resume made.
struct Turn {
  std::uint64_t epoch = 0;
  std::vector<SettingChange> changes;
};

// What rollbacks changed they change again by themselves.
std::vector<Change> made_by_hand(const RunRecord& record) {
  std::vector<Change> left = record.changes;
  for (const RunRecord::Rollback& rollback : record.rollbacks) {
    for (const char* name : {"lr", "lr-g", "lr-d"}) {
      const auto found = std::find_if(left.begin(), left.end(), [&](const Change& change) {
        const auto from = read_number<double>(change.setting.from);
        const auto to = read_number<double>(change.setting.to);
        return change.epoch == rollback.to && change.setting.setting == name && from && to &&
               *to == *from / 2.0;
      });
      if (found != left.end()) left.erase(found);
    }
  }
  return left;
}

// Whether the change is the end that stop-when made, at which the length became what it was.
bool is_end(const Change& change) {
  const std::string& name = change.setting.setting;
  return (name == "epochs" && change.setting.to == std::to_string(change.epoch)) ||
         (name == "passes" && change.setting.to == "0");
}

std::vector<Turn> turns_of(const RunRecord& record) {
  std::vector<Turn> turns;
  for (const Change& change : made_by_hand(record)) {
    if (is_end(change)) continue;
    if (turns.empty() || turns.back().epoch != change.epoch) turns.push_back({change.epoch, {}});
    turns.back().changes.push_back(change.setting);
  }
  return turns;
}

// So that the next command finds a checkpoint of its epoch.
std::string leaving(std::uint64_t epoch) {
  return " --save-every " + std::to_string(epoch) + " --keep 0";
}

std::string checkpoint_of(std::uint64_t epoch) {
  return std::string(again) + "/checkpoints/" + checkpoint_name(epoch);
}

void tell_past(const TrainConfig& config, const RunRecord& record, std::size_t turns,
               Repetition& made) {
  for (const RunRecord::Rollback& one : record.rollbacks) {
    made.notes.push_back("After epoch " + std::to_string(one.epoch) +
                         " the run broke down and went back to epoch " + std::to_string(one.to) +
                         " at half the rates; by --on-divergence rollback it does so again.");
  }
  if (turns > 0) {
    made.notes.push_back(
        "Settings were changed on the way: each command after the first goes on from a checkpoint "
        "of the one before, which may be stopped as soon as that file is there.");
  }
  if (config.data == "-") {
    made.notes.push_back("The data came from standard input: bring them there again.");
  }
}

}  // namespace

std::string shell_text(const std::string& word) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:,=+@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

Repetition repetition_of(const TrainConfig& config, const RunRecord& record,
                         const std::optional<TrainConfig>& origin) {
  Repetition made;
  Values own = setting_values(config);
  for (auto change = record.changes.rbegin(); change != record.changes.rend(); ++change) {
    put(own, change->setting.setting, change->setting.from);
  }
  const std::vector<Turn> turns = turns_of(record);
  if (!turns.empty()) {
    put(own, "save-every", std::to_string(turns.front().epoch));
    put(own, "keep", "0");
  }
  std::string first = "vgan_cuda train";
  if (record.origin) {
    first += " --from " + shell_text(record.origin->file);
    made.notes.push_back("The run began with the weights of " + record.origin->file + ", epoch " +
                         std::to_string(record.origin->epoch) +
                         (origin ? "."
                                 : ", which cannot be read now: without that file, as it was, "
                                   "the run cannot be repeated."));
  }
  const bool beside_origin = record.origin && origin;
  if (!beside_origin) first += " --preset " + shell_text(config.preset);
  const Values usual = setting_values(beside_origin ? *origin : preset(config.preset));
  first += flags_beside(beside_origin ? without_files(usual, own) : usual, own);
  if (!turns.empty()) first += std::string(" --out ") + again;
  made.commands.push_back(std::move(first));
  for (std::size_t i = 0; i < turns.size(); ++i) {
    std::string line = "vgan_cuda --resume " + checkpoint_of(turns[i].epoch);
    for (const SettingChange& change : turns[i].changes) line += flag(change.setting, change.to);
    if (i + 1 < turns.size()) line += leaving(turns[i + 1].epoch);
    made.commands.push_back(std::move(line));
  }
  tell_past(config, record, turns.size(), made);
  return made;
}

}  // namespace vgan
