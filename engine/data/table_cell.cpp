#include "engine/data/table_cell.hpp"

#include <algorithm>
#include <cmath>

#include "engine/data/number_style.hpp"
#include "engine/data/schema.hpp"

namespace vgan {

int cell_decimals(const ColumnSchema& column) {
  return column.kind == ColumnKind::integer ? 0 : column.style.most_decimals;
}

double cell_step(const ColumnSchema& column) {
  constexpr double minute = 60.0;
  const bool minutes =
      column.format.find('H') != std::string::npos && column.format.find('S') == std::string::npos;
  return minutes ? minute : std::pow(10.0, -cell_decimals(column));
}

double cell_number(const ColumnSchema& column, double number) {
  if (column.kind == ColumnKind::ordinal) {
    const auto last = static_cast<double>(column.words.size()) - 1.0;
    return std::isnan(number) ? 0.0 : std::clamp(std::nearbyint(number), 0.0, last);
  }
  if (std::isnan(number)) return column.low;
  if (!column.values.empty()) {
    const auto above = std::lower_bound(column.values.begin(), column.values.end(), number);
    if (above == column.values.begin()) return *above;
    if (above == column.values.end()) return column.values.back();
    return number - *(above - 1) <= *above - number ? *(above - 1) : *above;
  }
  const double step = column.format.empty() ? 0.0 : cell_step(column);
  if (step > 1.0) {
    number = std::nearbyint(number / step) * step;
  } else if (!column.style.exponents) {
    number = rounded_to(number, cell_decimals(column));
  }
  return std::clamp(number, column.low, column.high);
}

}  // namespace vgan
