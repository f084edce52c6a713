#include "engine/experiment/asked_column.hpp"

#include <algorithm>

#include "engine/base/listed.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/split.hpp"
#include "engine/base/text.hpp"
#include "engine/generate/condition.hpp"
#include "engine/generate/given_rows.hpp"

namespace vgan {

std::size_t asked_column(const std::string& flag, const std::string& name, const Schema& schema) {
  const auto column = column_called(schema, name);
  const std::string found = "'" + shortened(name) + "'";
  if (!column) {
    const std::vector<std::string> names = drawn_column_names(schema);
    refuse_setting(flag, name.empty() ? "no column" : found, "one of the columns " + listed(names),
                   suggestion(name, names));
  }
  if (!schema.columns[*column].drawn()) {
    refuse_setting(flag, found + ", which the model does not draw", "a column that it draws");
  }
  if (GivenRows::is_tied(*column, schema)) {
    refuse_setting(flag, found + ", which a constraint of the schema ties to others",
                   "a column that stands alone");
  }
  return *column;
}

std::vector<std::size_t> asked_columns(const std::string& flag, const std::string& list,
                                       const Schema& schema) {
  if (column_called(schema, list)) return {asked_column(flag, list, schema)};
  std::vector<std::size_t> columns;
  for (const std::string& part : split(list, ',')) {
    const std::size_t column = asked_column(flag, std::string(without_blanks(part)), schema);
    if (std::find(columns.begin(), columns.end(), column) != columns.end()) {
      refuse_setting(flag, "'" + shortened(schema.columns[column].name) + "' twice",
                     "each column once");
    }
    columns.push_back(column);
  }
  return columns;
}

}  // namespace vgan
