#include "engine/report/metrics_history.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/base/json_text.hpp"
#include "engine/base/number_text.hpp"
#include "engine/files/read_file.hpp"

namespace vgan {
namespace {

const char* const evaluation = "evaluation";
constexpr std::size_t most_events = 10000;  // of a file that somebody else wrote

void add_event(const nlohmann::json& entry, double epoch, MetricsHistory& history) {
  RunEvent event{entry["event"].get<std::string>(), epoch, {}, {}};
  for (const auto& [key, value] : entry.items()) {
    if (key == "event" || key == "epoch") continue;
    if (value.is_number()) event.numbers.emplace_back(key, value.get<double>());
    if (value.is_object() && value.contains("real") && value["real"].is_number()) {
      history.real_floors[key] = value["real"].get<double>();
    }
    if (value.is_string()) event.words.emplace_back(key, value.get<std::string>());
  }
  if (event.kind == evaluation) {
    for (const auto& [name, value] : event.numbers) {
      if (name != "seconds") history.quality[name].push_back({epoch, value});
    }
  } else if (history.events.size() < most_events) {
    history.events.push_back(std::move(event));
  }
}

void add_line(const std::string& line, MetricsHistory& history) {
  const nlohmann::json entry = read_json(line);
  if (!entry.is_object()) {
    history.damaged += 1;
    return;
  }
  const auto at = entry.find("epoch");
  const double epoch = at != entry.end() && at->is_number() ? at->get<double>() : history.epochs;
  const auto seconds = entry.find("seconds");
  if (entry.contains("event")) {
    if (entry["event"].is_string()) add_event(entry, epoch, history);
    return;
  }
  if (at == entry.end()) return;
  history.epochs = std::max(history.epochs, epoch);
  if (seconds != entry.end() && seconds->is_number()) history.seconds = seconds->get<double>();
  for (const auto& [key, value] : entry.items()) {
    if (key == "epoch" || key == "seconds") continue;
    if (!value.is_number() && !value.is_null() && !value.is_string()) continue;
    // A value that is not finite stands there as a word.
    history.series[key].add(epoch, value.is_number() ? value.get<double>() : std::nan(""));
  }
}

}  // namespace

std::string event_text(const RunEvent& event) {
  const std::string at = fixed_text(event.epoch, 0);
  if (event.kind == "changed") {
    return "changed after epoch " + at + ": " + event.word("setting") + " " + event.word("from") +
           " to " + event.word("to");
  }
  std::string back;
  for (const auto& [key, value] : event.numbers) {
    if (key == "superseded")
      back = " (the run went on from epoch " + fixed_text(value, 0) + " then)";
  }
  if (event.kind == "alarm") {
    return event.word("alarm") + " at epoch " + at + ": " + event.word("text") + back;
  }
  if (event.kind == "diverged") {
    return "training diverged at epoch " + at + ": " + event.word("text") + back;
  }
  std::string text = event.kind + " at epoch " + at;
  for (const auto& [key, word] : event.words) text += "; " + key + ": " + word;
  for (const auto& [key, value] : event.numbers) {
    if (key != "seconds") text += "; " + key + " " + general_text(value, 4);
  }
  return text;
}

std::string RunEvent::word(const std::string& key) const {
  for (const auto& [name, text] : words) {
    if (name == key) return text;
  }
  return "";
}

const LongSeries* MetricsHistory::find(const std::string& name) const {
  const auto found = series.find(name);
  return found == series.end() ? nullptr : &found->second;
}

std::vector<RunEvent> MetricsHistory::of_kind(const std::string& kind) const {
  std::vector<RunEvent> made;
  for (const RunEvent& event : events) {
    if (event.kind == kind) made.push_back(event);
  }
  return made;
}

MetricsHistory read_metrics_history(const FilePlace& file, bool there) {
  MetricsHistory history;
  history.there = there;
  if (!there) return history;
  for_each_line(file, [&](const std::string& line) {
    if (!line.empty()) add_line(line, history);
    return true;
  });
  return history;
}

}  // namespace vgan
