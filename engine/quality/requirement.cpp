#include "engine/quality/requirement.hpp"

#include <cmath>

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
    refuse_setting(setting, "'" + shortened(text) + "'",
                   "a measure, one of <=, >=, < and >, and a number",
                   "as in --require 'coverage>=0.8'");
  };
  Requirement made;
  made.text = text;
  const std::size_t sign = text.find_first_of("<>");
  if (sign == std::string::npos) refuse();
  made.measure = trimmed(text.substr(0, sign));
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

}  // namespace

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
