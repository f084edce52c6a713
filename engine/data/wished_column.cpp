#include "engine/data/wished_column.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/number_cell.hpp"

namespace vgan {

void WishedColumn::refuse(std::int64_t row, const std::string& found, const std::string& allowed,
                          const std::string& remedy) const {
  throw Error(ErrorCode::bad_data,
              {disagreement, table.cell_place(row, index), found, as_said(allowed, wish), remedy});
}

void WishedColumn::refuse_word(std::size_t word, const std::string& allowed,
                               const std::string& remedy) const {
  const auto at =
      std::find(column.cells.begin(), column.cells.end(), static_cast<std::int32_t>(word));
  refuse(at - column.cells.begin(), quoted(column.words[word]), allowed, remedy);
}

void WishedColumn::refuse_wish(const std::string& found, const std::string& allowed,
                               const std::string& remedy) const {
  throw Error(ErrorCode::bad_config,
              {"bad schema", wish.place + ", column " + quoted(wish.name), found, allowed, remedy});
}

std::optional<double> WishedColumn::number_of(std::string_view text) const {
  NumberCell cell;
  if (read_number_cell(text, table.dialect.decimal, cell) != CellReading::number) {
    return std::nullopt;
  }
  return cell.value;
}

void WishedColumn::renumber(std::vector<std::string> order,
                            const std::vector<std::int32_t>& place) {
  for (std::int32_t& cell : column.cells) {
    if (cell < 0) continue;
    cell = place[static_cast<std::size_t>(cell)];
    if (cell < 0) ++column.missing;
  }
  column.words = std::move(order);
}

std::string as_said(const std::string& allowed, const ColumnWish& wish) {
  return allowed + ", as " + wish.place + " says";
}

std::string quoted(const std::string& text) { return "'" + shortened(text) + "'"; }

std::string some_of(const std::vector<std::string>& words, const char* rest) {
  constexpr std::size_t most = 8;
  std::vector<std::string> first;
  for (std::size_t i = 0; i < std::min(most, words.size()); ++i) {
    first.push_back(shortened(words[i]));
  }
  if (words.size() > most) first.emplace_back(rest);
  return joined(first);
}

}  // namespace vgan
