#include "engine/quality/outcome_column.hpp"

#include <algorithm>
#include <vector>

#include "engine/base/listed.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"

namespace vgan {
namespace {

std::string usual_outcome(const Schema& schema) {
  std::vector<std::string> outcomes, drawn;
  for (const ColumnSchema& column : schema.columns) {
    if (!column.drawn()) continue;
    drawn.push_back(column.name);
    if (column.role == ColumnRole::outcome) outcomes.push_back(column.name);
  }
  if (outcomes.size() == 1) return outcomes.front();
  return drawn.empty() ? "" : drawn.back();
}

}  // namespace

std::string outcome_column(const Schema& schema, const std::string& wanted) {
  if (wanted.empty()) return usual_outcome(schema);
  const auto column = column_called(schema, wanted);
  if (!column) {
    const std::vector<std::string> names = drawn_column_names(schema);
    refuse_setting("outcome", "'" + shortened(wanted) + "'", "one of the columns " + listed(names),
                   suggestion(wanted, names));
  }
  if (!schema.columns[*column].drawn()) {
    refuse_setting("outcome", "'" + shortened(wanted) + "', which is an id or left out",
                   "a column that is compared");
  }
  return schema.columns[*column].name;
}

}  // namespace vgan
