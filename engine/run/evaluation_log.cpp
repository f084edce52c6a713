#include "engine/run/evaluation_log.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

#include "engine/base/json_text.hpp"
#include "engine/files/read_file.hpp"
#include "engine/run/log_place.hpp"

namespace vgan {
namespace {

using nlohmann::ordered_json;

// A number that is not finite has no form in JSON.
ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json();
}

ordered_json number(const std::optional<Estimate>& estimate) {
  return estimate ? number(estimate->value) : ordered_json();
}

std::string text_of(const ordered_json& line) {
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::optional<double> number_in(const ordered_json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

std::string word_in(const ordered_json& entry, const char* key) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

EvaluationLine evaluation_in(const ordered_json& entry, std::uint64_t epoch) {
  EvaluationLine line;
  line.epoch = epoch;
  for (const auto& [name, value] : entry.items()) {
    if (name == "epoch" || !(value.is_number() || value.is_null())) continue;
    line.values.emplace_back(name, value.is_number() ? value.get<double>() : std::nan(""));
  }
  return line;
}

std::vector<Measure> floors_in(const ordered_json& entry) {
  std::vector<Measure> floors;
  for (const auto& [name, value] : entry.items()) {
    if (!value.is_object()) continue;
    Measure one;
    one.name = name;
    if (const auto real = number_in(value, "real")) one.real = Estimate{*real, {}, {}};
    if (const auto other = number_in(value, "resampled")) one.resampled = Estimate{*other, {}, {}};
    floors.push_back(std::move(one));
  }
  return floors;
}

}  // namespace

std::string evaluation_line(const EvaluationLine& evaluation) {
  ordered_json line = {{"event", "evaluation"}, {"epoch", evaluation.epoch}};
  for (const auto& [name, value] : evaluation.values) line[name] = number(value);
  return text_of(line);
}

std::string floors_line(std::uint64_t epoch, const std::string& space,
                        const std::vector<Measure>& measures) {
  ordered_json line = {{"event", "floors"}, {"epoch", epoch}, {"space", space}};
  for (const Measure& one : measures) {
    line[one.name] = {{"real", number(one.real)}, {"resampled", number(one.resampled)}};
  }
  return text_of(line);
}

std::string alarm_line(const Alarm& alarm) {
  return text_of({{"event", "alarm"},
                  {"epoch", alarm.epoch},
                  {"alarm", to_text(alarm.kind)},
                  {"text", alarm.text}});
}

std::string diverged_line(std::uint64_t epoch, const std::string& text) {
  return text_of({{"event", "diverged"}, {"epoch", epoch}, {"text", text}});
}

std::string rollback_line(std::uint64_t epoch, std::uint64_t to, const std::string& why,
                          double generator_rate, double discriminator_rate) {
  return text_of({{"event", "rollback"},
                  {"epoch", epoch},
                  {"to", to},
                  {"why", why},
                  {"lr_g", generator_rate},
                  {"lr_d", discriminator_rate}});
}

LoggedQuality read_quality(const FilePlace& metrics, std::uint64_t epoch) {
  LoggedQuality found;
  for_each_line(metrics, [&](const std::string& line) {
    if (!line.starts_with("{\"event\":")) return true;
    const auto parsed = read_json(line);
    if (!parsed.is_object()) return true;
    const ordered_json entry = parsed;
    const auto place = place_in_log(parsed), at = number_in(entry, "epoch");
    if (!at || !(*at >= 0.0) || !place || *place > static_cast<double>(epoch)) return true;
    const auto when = static_cast<std::uint64_t>(*at);
    const std::string event = word_in(entry, "event");
    if (event == "evaluation") found.evaluations.push_back(evaluation_in(entry, when));
    if (event == "floors") found.floors = floors_in(entry);
    if (event == "alarm") {
      const auto kind = find_word<AlarmKind>(word_in(entry, "alarm"));
      if (kind) found.alarms.push_back({*kind, when, word_in(entry, "text")});
    }
    return true;
  });
  return found;
}

}  // namespace vgan
