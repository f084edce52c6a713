#include "engine/settings/stop_rule.hpp"

#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"

namespace vgan {
namespace {

constexpr const char* allowed = "plateau, plateau:N, or a measure with < or > and a number";

[[noreturn]] void refuse(const std::string& text) {
  refuse_setting("stop-when", "'" + text + "'", allowed, "as in --stop-when 'frechet<5'");
}

}  // namespace

StopRule parse_stop_rule(const std::string& text) {
  const std::string word = "plateau";
  StopRule rule;
  if (text == word) {
    rule.plateau = plateau_evaluations;
    return rule;
  }
  if (text.starts_with(word + ":")) {
    const auto evaluations = read_number<std::int64_t>(text.substr(word.size() + 1));
    if (!evaluations || *evaluations < 1) refuse(text);
    rule.plateau = *evaluations;
    return rule;
  }
  const std::size_t sign = text.find_first_of("<>");
  if (sign == std::string::npos || sign == 0) refuse(text);
  rule.measure = text.substr(0, sign);
  rule.below = text[sign] == '<';
  const std::size_t number = sign + (text.compare(sign + 1, 1, "=") == 0 ? 2 : 1);
  const auto bound = read_number<double>(text.substr(number));
  if (!bound || !std::isfinite(*bound)) refuse(text);
  rule.bound = *bound;
  return rule;
}

}  // namespace vgan
