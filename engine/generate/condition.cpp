#include "engine/generate/condition.hpp"

#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/data/date_format.hpp"

namespace vgan {
namespace {

constexpr std::string_view blanks = " \t";

struct Operator {
  std::string_view text;
  ConditionStart::Range range;
};
// Longer ones first, so that ">=" is not read as ">".
constexpr Operator operators[] = {
    {">=", {true, true}}, {"<=", {false, true}}, {">", {true, false}}, {"<", {false, false}}};

}  // namespace

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<double> column_number(const std::string& text, const ColumnSchema& column) {
  std::optional<double> number;
  if (column.format.empty()) {
    number = read_number<double>(text);
  } else if (const auto format = DateFormat::of(column.format)) {
    number = format->read(text);
  }
  if (number && !std::isfinite(*number)) number.reset();
  return number;
}

std::optional<ConditionStart> start_of_condition(std::string_view text, const Schema& schema) {
  std::optional<ConditionStart> found;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    std::string_view name = schema.columns[i].name;
    if (!text.starts_with(name)) name = name_without_unit(schema.columns[i]);
    if (name.empty() || !text.starts_with(name) || name.size() <= longest) continue;
    const std::string_view rest = text.substr(name.size());
    const std::size_t blank = rest.find_first_not_of(blanks);
    if (blank == std::string_view::npos) continue;
    const std::string_view sign = rest.substr(blank);
    const std::size_t before = name.size() + blank;
    std::optional<ConditionStart> here;
    for (const Operator& one : operators) {
      if (!here && sign.starts_with(one.text)) {
        here = ConditionStart{i, before + one.text.size(), one.range};
      }
    }
    const std::size_t equal = sign.starts_with("==") ? 2 : sign.starts_with("=") ? 1 : 0;
    if (!here && equal > 0) here = ConditionStart{i, before + equal, std::nullopt};
    if (!here) continue;
    found = here;
    longest = name.size();
  }
  return found;
}

}  // namespace vgan
