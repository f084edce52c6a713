#include "engine/encode/cell_places.hpp"

#include "engine/data/schema.hpp"

namespace vgan {

std::vector<CellPlace> cell_places(const TableCells& cells, const Schema& schema) {
  using Part = EncodedColumn::Part;
  const std::vector<EncodedColumn> encoded = encoded_columns(schema);
  std::vector<CellPlace> places;
  for (const CellColumn& column : cells.columns()) {
    const Head& head = column.head();
    const auto first = static_cast<std::size_t>(head.first);
    const std::size_t last = first + static_cast<std::size_t>(head.size) - 1;
    CellPlace& made = places.emplace_back();
    made.column = encoded[first].column;
    made.only_missing = encoded[first].part == Part::missing;
    if (made.only_missing) {
      made.missing = 1;
    } else if (column.may_be_missing() || encoded[last].part == Part::missing) {
      made.missing = static_cast<std::int32_t>(column.size()) - 1;
    }
  }
  return places;
}

std::size_t cells_of(std::size_t column, const std::vector<CellPlace>& places) {
  std::size_t cells = 0;
  while (places[cells].column != column || places[cells].only_missing) ++cells;
  return cells;
}

}  // namespace vgan
