#include "engine/generate/where.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "engine/base/listed.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/data/table_cell.hpp"
#include "engine/generate/condition.hpp"

namespace vgan {
namespace {

constexpr std::string_view blanks = " \t";

// Where the value that begins at `at` ends: at the first comma, of one in quotes behind these.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  const std::size_t first = std::min(text.find_first_not_of(blanks, at), text.size());
  std::size_t from = at;
  if (first < text.size() && (text[first] == '"' || text[first] == '\'')) {
    const std::size_t closing = text.find(text[first], first + 1);
    if (closing != std::string_view::npos) from = closing;
  }
  return std::min(text.find(',', from), text.size());
}

// A value as it stands in quotes or without.
std::string_view without_quotes(std::string_view text) {
  const bool quoted = text.size() > 1 && (text.front() == '"' || text.front() == '\'') &&
                      text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

[[noreturn]] void refuse_condition(std::string_view found, const Schema& schema) {
  const std::vector<std::string> names = drawn_column_names(schema);
  const std::string name(without_blanks(found.substr(0, found.find_first_of("<>="))));
  refuse_setting(
      "where", "'" + std::string(found) + "'",
      "NAME=VALUE, NAME>=X, NAME>X, NAME<=X or NAME<X, with commas between, of " + listed(names),
      suggestion(name, names));
}

double number_of(std::string_view text, const ColumnSchema& column, std::string_view condition) {
  if (const auto number = column_number(std::string(text), column)) return *number;
  refuse_setting("where", "'" + std::string(condition) + "'",
                 column.format.empty() ? "a number behind the sign" : "a date as " + column.format);
}

// The range that the condition leaves of a column, in steps of what its cells can have.
void narrow(WhereRange& range, const ConditionStart::Range& by, double number,
            const ColumnSchema& column) {
  const double step = cell_step(column);
  const double steps = number / step;
  const double slack = 1e-9 * std::max(1.0, std::fabs(steps));
  if (by.above) {
    double least = std::ceil(steps - slack) * step;
    if (!by.equal && least <= number + slack * step) least += step;
    range.low = std::max(range.low, least);
  } else {
    double most = std::floor(steps + slack) * step;
    if (!by.equal && most >= number - slack * step) most -= step;
    range.high = std::min(range.high, most);
  }
}

}  // namespace

Where parse_where(const std::string& text, const Schema& schema) {
  Where made;
  std::string_view rest = without_blanks(text);
  while (!rest.empty()) {
    const std::optional<ConditionStart> start = start_of_condition(rest, schema);
    if (!start) refuse_condition(rest.substr(0, rest.find(',')), schema);
    const ColumnSchema& column = schema.columns[start->column];
    const std::size_t end = end_of_value(rest, start->length);
    const std::string_view condition = rest.substr(0, end);
    const std::string_view value = without_blanks(condition.substr(start->length));
    if (value.empty() || !column.drawn()) refuse_condition(condition, schema);
    if (!start->range) {
      for (const GivenRows::NamedText& one : made.values) {
        if (one.name != column.name) continue;
        refuse_setting("where", "'" + column.name + "' twice", "one value for a column");
      }
      made.values.push_back({column.name, std::string(without_quotes(value))});
    } else {
      if (!column.numeric) {
        refuse_setting("where", "'" + std::string(condition) + "', a range of words",
                       "a range of numbers, or '" + column.name + "=WORD'");
      }
      auto range = std::find_if(made.ranges.begin(), made.ranges.end(),
                                [&](const WhereRange& one) { return one.column == start->column; });
      if (range == made.ranges.end()) {
        range = made.ranges.insert(made.ranges.end(), {start->column, column.low, column.high});
      }
      narrow(*range, *start->range, number_of(value, column, condition), column);
      if (range->low > range->high) {
        refuse_setting("where", "'" + std::string(condition) + "', which leaves nothing",
                       general_text(column.low) + " to " + general_text(column.high) +
                           ", what there is of '" + column.name + "'");
      }
    }
    rest = without_blanks(rest.substr(std::min(end + 1, rest.size())));
  }
  return made;
}

}  // namespace vgan
