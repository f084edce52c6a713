#include "engine/data/table.hpp"

#include <algorithm>

#include "engine/base/text.hpp"

namespace vgan {

std::string column_place(const std::string& where, std::size_t index, const std::string& name) {
  return where + ", column " + std::to_string(index + 1) + " (" + shortened(name) + ")";
}

std::string Table::cell_place(std::int64_t row, std::size_t column) const {
  const auto after =
      std::upper_bound(lines.begin(), lines.end(), row,
                       [](std::int64_t at, const RowLine& line) { return at < line.row; });
  std::string place = source + ", row " + std::to_string(row + 1);
  if (!kept_lines.empty()) {
    const KeptLine& kept = kept_lines[static_cast<std::size_t>(row)];
    place = files[kept.file] + ", line " + std::to_string(kept.line);
  }
  if (after != lines.begin()) {
    const RowLine& line = *(after - 1);
    place = line.file + ", line " +
            std::to_string(line.line + static_cast<std::uint64_t>(row - line.row));
  }
  return column_place(place, column, columns[column].name);
}

}  // namespace vgan
