#include "engine/generate/row_settings.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/refuse_setting.hpp"

namespace vgan {
namespace {

// The setting that says how many rows each has.
const char* name_of_each(const GenerateRequest& request) {
  if (request.per_label > 0) return "per-label";
  return takes_rows_each(request) ? "per-row" : "count";
}

bool has_column(const std::optional<GivenRows>& given, std::size_t column) {
  return given && std::find(given->columns().begin(), given->columns().end(), column) !=
                      given->columns().end();
}

RowSettings settings_of_wishes(const RowWishes& wishes, const Schema& schema) {
  RowSettings made;
  for (const auto* given : {&wishes.given(), &wishes.fixed()}) {
    if (!*given) continue;
    for (const std::size_t column : (*given)->columns()) {
      made.names.push_back(schema.columns[column].name);
    }
  }
  made.put = [&wishes, &schema](std::uint64_t setting, TableLines& line) {
    const auto row = static_cast<std::int64_t>(setting);
    if (wishes.given()) line.add_given(row, *wishes.given(), schema);
    if (wishes.fixed()) line.add_given(0, *wishes.fixed(), schema);
  };
  made.gives = [&wishes](std::uint64_t setting, std::size_t column) {
    if (has_column(wishes.fixed(), column)) return true;
    const auto row = static_cast<std::int64_t>(setting);
    return wishes.given() && !std::isnan(wishes.given()->value(row, column));
  };
  if (wishes.given()) made.count = static_cast<std::uint64_t>(wishes.given_rows());
  return made;
}

}  // namespace

bool takes_rows_each(const GenerateRequest& request) {
  return !request.given.empty() || (request.summary && !request.conditions.empty());
}

RowSettings settings_of(const GenerateRequest& request, const GeneratorModel& model,
                        const std::optional<RowWishes>& wishes,
                        const std::optional<GivenConditions>& conditions) {
  RowSettings made;
  if (wishes) {
    made = settings_of_wishes(*wishes, *model.schema);
  } else if (conditions) {
    made.names = conditions->names();
    made.put = [&conditions](std::uint64_t setting, TableLines& line) {
      conditions->put(setting, line);
    };
    made.count = conditions->count();
  }
  made.rows_each = request.per_label > 0        ? request.per_label
                   : takes_rows_each(request)   ? request.per_row
                   : request.conditions.empty() ? request.count
                                                : 1;
  if (request.summary && made.rows_each > most_rows_of_summary) {
    refuse_setting(name_of_each(request), std::to_string(made.rows_each),
                   "up to " + grouped(most_rows_of_summary) + " rows of each setting of a summary");
  }
  return made;
}

}  // namespace vgan
