#include "engine/quality/requirement.hpp"

#include <cmath>
#include <string_view>

#include "engine/base/listed.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/split.hpp"
#include "engine/base/text.hpp"
#include "engine/metrics/measure_list.hpp"

namespace vgan {
namespace {

constexpr const char* setting = "require";

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

Requirement parse(const std::string& text) {
  const auto refuse = [&] {
    const bool turned = text.find("=>") != std::string::npos;
    const bool turned_less = text.find("=<") != std::string::npos;
    refuse_setting(setting, "'" + shortened(text) + "'",
                   "a measure, one of <=, >=, < and >, and a number",
                   turned        ? "write >= for =>"
                   : turned_less ? "write <= for =<"
                                 : "as in --require 'coverage>=0.8'");
  };
  Requirement made;
  made.text = text;
  const std::size_t sign = text.find_first_of("<>");
  if (sign == std::string::npos) refuse();
  made.measure = trimmed(text.substr(0, sign));
  if (made.measure.ends_with('=')) refuse();
  made.below = text[sign] == '<';
  made.equal = text.compare(sign + 1, 1, "=") == 0;
  const std::size_t number = sign + (made.equal ? 2 : 1);
  const auto bound = read_number<double>(trimmed(text.substr(number)));
  if (made.measure.empty() || !bound || !std::isfinite(*bound)) refuse();
  made.bound = *bound;
  (void)measure_called(setting, made.measure);
  return made;
}

std::string names_of(const Assessment& assessment) {
  std::vector<std::string> names;
  for (const Measure& measure : assessment.measures) names.push_back(measure.name);
  return listed(names);
}

// What the measures of trials that are no rows are of, and those that hang on columns or labels.
bool has(const MeasureInfo& info, const MeasurableTrials& trials) {
  const std::string_view name = info.name;
  const bool rows = trials.kind == TrialKind::row;
  if (info.group == MeasureGroup::privacy && !trials.without_copying.empty()) return false;
  if (info.kind == MeasuredKind::tables && !rows) return false;
  if (info.kind == MeasuredKind::curves && trials.kind != TrialKind::curve) return false;
  if (name == "kernel-distance") return !rows;
  if (name == "ks-complement") return trials.numbers >= 1;
  if (name == "correlation") return trials.numbers >= 2;
  if (name == "tv-complement") return trials.words >= 1;
  if (name == "contingency") return trials.words >= 2;
  if (name == "utility") return trials.numbers + trials.words >= 2;
  const bool of_classes = name == "modes" || name == "smallest-class" || name == "class-difference";
  return !of_classes || !rows || trials.labelled;
}

}  // namespace

MeasurableTrials MeasurableTrials::of(const Trials& trials) {
  MeasurableTrials made;
  made.kind = trials.shape.kind;
  made.labelled = !trials.labels.empty();
  if (made.kind != TrialKind::row) return made;
  if (!trials.schema) made.numbers = static_cast<std::size_t>(trials.values_per_trial());
  if (!trials.schema) return made;
  for (const ColumnSchema& column : trials.schema->columns) {
    if (column.drawn()) ++(column.numeric ? made.numbers : made.words);
  }
  return made;
}

void require_measurable(const std::vector<Requirement>& requirements,
                        const MeasurableTrials& trials) {
  std::vector<std::string> names;
  for (const MeasureInfo& info : measure_list()) {
    if (has(info, trials)) names.emplace_back(info.name);
  }
  for (const Requirement& one : requirements) {
    const MeasureInfo& info = measure_called(setting, one.measure);
    if (has(info, trials)) continue;
    const bool withheld = info.group == MeasureGroup::privacy;
    refuse_setting(setting,
                   "'" + one.measure + "', which " + std::string(info_of(trials.kind).plural) +
                       (withheld ? " that are measured beside trained ones have not"
                                 : " such as these have not"),
                   "one of " + joined(names), withheld ? trials.without_copying : "");
  }
}

bool Requirement::is_met(double value) const {
  if (equal && value == bound) return true;
  return below ? value < bound : value > bound;  // NaN meets nothing
}

std::vector<Requirement> parse_requirements(const std::vector<std::string>& texts) {
  std::vector<Requirement> made;
  for (const std::string& text : texts) {
    for (const std::string& one : split(text, ',')) made.push_back(parse(one));
  }
  return made;
}

std::vector<std::string> unmet(const std::vector<Requirement>& requirements,
                               const Assessment& assessment) {
  std::vector<std::string> lines;
  for (const Requirement& one : requirements) {
    const Measure* const measure = assessment.find(one.measure);
    if (measure == nullptr || !measure->samples) {
      refuse_setting(setting, "'" + one.measure + "', which these samples have no figure of",
                     "one of " + names_of(assessment));
    }
    if (one.is_met(measure->samples->value)) continue;
    lines.push_back(one.measure + " is " + general_text(measure->samples->value, 4) + ", and " +
                    one.text.substr(one.text.find_first_of("<>")) + " was required");
  }
  return lines;
}

}  // namespace vgan
