#include "engine/experiment/profile_question.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/data/table_cell.hpp"
#include "engine/experiment/asked_column.hpp"
#include "engine/generate/given_rows.hpp"
#include "engine/generate/row_wishes.hpp"

namespace vgan {
namespace {

// A sample of a curve is no column to the model.
void require_no_sample(const std::string& flag, std::size_t column, const GeneratorModel& model) {
  const CurveScores* curve = curve_at(model.cells->curves(), *model.schema, column);
  if (curve == nullptr) return;
  refuse_setting(flag,
                 "'" + shortened(model.schema->columns[column].name) + "', a sample of " +
                     curve_text(*curve, *model.schema),
                 "a column that stands alone", "the model knows the curve as a whole");
}

std::size_t column_of(const std::string& flag, const std::string& name,
                      const GeneratorModel& model) {
  const std::size_t column = asked_column(flag, name, *model.schema);
  require_no_sample(flag, column, model);
  return column;
}

// One setting to vary, or two.
void read_settings(const std::string& list, const GeneratorModel& model, ProfileQuestion& made) {
  const Schema& schema = *model.schema;
  const std::vector<std::size_t> columns = asked_columns("over", list, schema);
  for (const std::size_t column : columns) {
    require_no_sample("over", column, model);
    if (column != made.of) continue;
    refuse_setting("over", "'" + shortened(schema.columns[column].name) + "', which --of asks for",
                   "another column");
  }
  if (columns.size() > 2) {
    refuse_setting("over", std::to_string(columns.size()) + " columns", "one, or two");
  }
  made.over = columns.front();
  if (columns.size() == 1) return;
  made.second = {columns.back(), {}};
  if (schema.columns[made.of].numeric) return;
  refuse_setting("of", "'" + shortened(schema.columns[made.of].name) + "', of words",
                 "numbers, where two settings are varied", "name one column with --over");
}

// What `where` settles is neither asked for nor varied.
void require_free(std::size_t column, bool range, const ProfileQuestion& made,
                  const Schema& schema) {
  const std::string name = "'" + shortened(schema.columns[column].name) + "'";
  if (column == made.of) {
    refuse_setting("where", name + ", which --of asks for", "other columns", "leave it out");
  }
  if (made.varies(column) && !range) {
    refuse_setting("where", "a value of " + name + ", which --over varies",
                   "a range of it, or other columns", "leave it out");
  }
}

std::vector<double> chosen(std::vector<double> values, std::size_t most) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.size() <= most) return values;
  std::vector<double> some;
  for (std::size_t i = 0; i < most; ++i) {
    some.push_back(values[i * (values.size() - 1) / (most - 1)]);
  }
  return some;
}

}  // namespace

std::vector<double> profile_places(const CellColumn& cells, const ColumnSchema& column,
                                   const std::optional<WhereRange>& within, std::size_t most) {
  std::vector<double> made;
  if (!column.numeric) {
    for (std::size_t i = 0; i < column.words.size(); ++i) made.push_back(static_cast<double>(i));
    return made;
  }
  const bool measured = cells.kind() == CellColumn::Kind::quantile;
  const std::size_t count = cells.values().size();
  for (std::size_t cell = 0; cell < count; ++cell) {
    if (!measured) {
      made.push_back(cells.values()[cell]);
      continue;
    }
    const std::span<const double> members = cells.members(cell);
    made.push_back(members[(members.size() - 1) / 2]);
  }
  if (measured) {
    made.push_back(cells.members(0).front());
    made.push_back(cells.members(count - 1).back());
  }
  if (within) {
    const auto [least, greatest] = std::minmax_element(made.begin(), made.end());
    const double low = std::max(*least, within->low), high = std::min(*greatest, within->high);
    const double slack = 1e-9 * std::max(std::fabs(low), std::fabs(high));
    std::erase_if(made, [&](double value) { return value < low - slack || value > high + slack; });
    if (measured && low <= high) made.insert(made.end(), {low, high});
  }
  for (double& value : made) value = cell_number(column, value);
  return chosen(std::move(made), most);
}

ProfileQuestion read_question(const ProfileRequest& request, const GeneratorModel& model,
                              const std::vector<CellPlace>& places) {
  const Schema& schema = *model.schema;
  ProfileQuestion made;
  made.of = column_of("of", request.of, model);
  read_settings(request.over, model, made);
  const Where where = parse_where(request.where, schema);
  for (const auto& value : where.values) {
    if (const auto column = column_called(schema, value.name)) {
      require_no_sample("where", *column, model);
      require_free(*column, false, made, schema);
    }
  }
  for (const WhereRange& range : where.ranges) {
    require_no_sample("where", range.column, model);
    require_free(range.column, true, made, schema);
    if (made.varies(range.column) || request.others == OtherSettings::average) continue;
    refuse_setting("where",
                   "a range of '" + shortened(schema.columns[range.column].name) +
                       "', which others that follow cannot be held to",
                   "values, or a range of the column of --over",
                   "give a value, or draw the others by --others average");
  }
  GenerateRequest asked;
  asked.where = request.where;
  const RowWishes wishes(asked, model);
  if (wishes.fixed()) {
    for (const std::size_t column : wishes.fixed()->columns()) {
      made.fixed.push_back({column, wishes.fixed()->value(0, column)});
    }
  }
  made.ranges = where.ranges;
  const auto places_of = [&](std::size_t column, std::size_t most) {
    std::optional<WhereRange> within;
    for (const WhereRange& range : where.ranges) {
      if (range.column == column) within = range;
    }
    return profile_places(model.cells->columns()[cells_of(column, places)], schema.columns[column],
                          within, most);
  };
  made.places = places_of(made.over, made.second ? most_paired_places : most_profile_places);
  if (made.second) made.second->places = places_of(made.second->column, most_paired_places);
  return made;
}

}  // namespace vgan
