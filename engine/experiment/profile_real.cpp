#include "engine/experiment/profile_real.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/experiment/known_values.hpp"

namespace vgan {
namespace {

constexpr double tolerance = 1e-9;

double slack_of(double number) { return tolerance * std::max(1.0, std::fabs(number)); }

bool is_same(double value, double wanted, const CellColumn& cells) {
  if (cells.kind() == CellColumn::Kind::quantile) {
    return cells.cell_of_number(value) == cells.cell_of_number(wanted);
  }
  return std::fabs(value - wanted) <= slack_of(wanted);
}

// The columns that a point has.
std::vector<std::size_t> asked_of(const ProfileQuestion& question) {
  std::vector<std::size_t> columns = {question.over, question.of};
  if (question.second) columns.push_back(question.second->column);
  return columns;
}

void require_columns(const std::string& file, const ValuesOfTable& read,
                     const ProfileQuestion& question, const Schema& schema) {
  for (const std::size_t column : asked_of(question)) {
    if (read.values.contains(column)) continue;
    throw Error(ErrorCode::bad_data, {"cannot take real rows", file,
                                      "no column '" + shortened(schema.columns[column].name) + "'",
                                      "a table with the columns of --of and --over", ""});
  }
}

}  // namespace

ProfileResult::Real real_points(const std::string& file, const ProfileQuestion& question,
                                const GeneratorModel& model, const std::vector<CellPlace>& places,
                                std::vector<std::string>& notes) {
  const Schema& schema = *model.schema;
  const std::vector<std::size_t> asked = asked_of(question);
  std::vector<std::size_t> columns = asked;
  for (const auto& fixed : question.fixed) columns.push_back(fixed.column);
  for (const WhereRange& range : question.ranges) columns.push_back(range.column);
  const ValuesOfTable read = read_values(file, schema, columns);
  require_columns(file, read, question, schema);
  std::vector<std::string> absent;
  for (const std::size_t column : columns) {
    if (!read.values.contains(column)) absent.push_back(schema.columns[column].name);
  }
  if (!absent.empty()) {
    notes.push_back("not asked of the real rows, which have no such columns: " + joined(absent));
  }
  const auto meets = [&](std::size_t row) {
    for (const auto& fixed : question.fixed) {
      const auto of = read.values.find(fixed.column);
      if (of == read.values.end() || std::isnan(of->second[row])) continue;
      const CellColumn& cells = model.cells->columns()[cells_of(fixed.column, places)];
      if (!is_same(of->second[row], fixed.value, cells)) return false;
    }
    return std::all_of(question.ranges.begin(), question.ranges.end(),
                       [&](const WhereRange& range) {
                         const auto of = read.values.find(range.column);
                         if (of == read.values.end() || std::isnan(of->second[row])) return true;
                         const double value = of->second[row];
                         return value >= range.low - slack_of(range.low) &&
                                value <= range.high + slack_of(range.high);
                       });
  };
  ProfileResult::Real made;
  std::int64_t whole = 0;
  for (std::int64_t i = 0; i < read.rows; ++i) {
    const auto row = static_cast<std::size_t>(i);
    const auto is_there = [&](std::size_t column) {
      const double value = read.values.at(column)[row];
      return !std::isnan(value) && (schema.columns[column].numeric || value != unknown_word);
    };
    if (!std::all_of(asked.begin(), asked.end(), is_there)) continue;
    ++whole;
    if (!meets(row)) continue;
    made.over.push_back(read.values.at(question.over)[row]);
    made.of.push_back(read.values.at(question.of)[row]);
    if (question.second) made.second.push_back(read.values.at(question.second->column)[row]);
  }
  if (std::ssize(made.over) < whole) {
    notes.push_back(grouped(std::ssize(made.over)) + " of " + grouped(whole) +
                    " real rows meet --where");
  }
  return made;
}

}  // namespace vgan
