#include "engine/experiment/profile_words.hpp"

#include <vector>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/date_format.hpp"
#include "engine/data/table_cell.hpp"

namespace vgan {

using Axis = ProfilePlot::Axis;

std::string value_text(double value, const ColumnSchema& column) {
  if (!column.numeric) return column.words[static_cast<std::size_t>(value)];
  if (const auto format = DateFormat::of(column.format)) return format->write(value);
  return general_text(value);
}

bool is_marked(const ColumnSchema& column) {
  return !column.numeric || column.kind == ColumnKind::boolean;
}

Axis axis_of(const ColumnSchema& column) {
  Axis made;
  made.label = column.name;
  made.least_step = column.numeric && cell_decimals(column) == 0 ? 1.0 : 0.0;
  if (is_marked(column)) {
    made.kind = Axis::Kind::words;
  } else if (const auto format = DateFormat::of(column.format)) {
    made.kind = format->has_time() ? Axis::Kind::seconds : Axis::Kind::days;
  }
  return made;
}

std::string profile_note(const ProfileQuestion& question, const Schema& schema,
                         const ProfileResult& result) {
  std::vector<std::string> parts;
  for (const auto& fixed : question.fixed) {
    const ColumnSchema& column = schema.columns[fixed.column];
    parts.push_back(shortened(column.name) + " = " + value_text(fixed.value, column));
  }
  for (const WhereRange& range : question.ranges) {
    if (question.varies(range.column)) continue;
    const ColumnSchema& column = schema.columns[range.column];
    parts.push_back(shortened(column.name) + " from " + value_text(range.low, column) + " to " +
                    value_text(range.high, column));
  }
  std::string made = joined(parts);
  made += made.empty() ? "" : "; ";
  return made + (result.averaged > 0 ? "other settings averaged over " +
                                           counted(result.averaged, "row") + " of the model"
                                     : "other columns follow, as in the data");
}

}  // namespace vgan
