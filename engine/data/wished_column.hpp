// One column of a table beside what its user says of it: how its cells are held to that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/table.hpp"

namespace vgan {

/// What is said of a table whose cells are not what its user says.
inline constexpr const char* disagreement = "a table does not agree with its schema";

/// `table` must outlive it.
struct WishedColumn {
  Table& table;
  std::size_t index;
  TableColumn& column;
  const ColumnWish& wish;

  WishedColumn(Table& of, std::size_t at)
      : table(of), index(at), column(of.columns[at]), wish(of.columns[at].wish) {}

  /// Throws bad_data: the cell in a row, from 0, is not what the user says.
  [[noreturn]] void refuse(std::int64_t row, const std::string& found, const std::string& allowed,
                           const std::string& remedy) const;
  /// Throws bad_data as `refuse`, for the first cell that has this word of the column.
  [[noreturn]] void refuse_word(std::size_t word, const std::string& allowed,
                                const std::string& remedy) const;
  /// Throws bad_config: what the user says cannot be of this column, whatever its cells are.
  [[noreturn]] void refuse_wish(const std::string& found, const std::string& allowed,
                                const std::string& remedy) const;

  /// The number that a text is; nothing where it is none, or beyond a double.
  std::optional<double> number_of(std::string_view text) const;
  /// Gives the column the words of `order`; `place` says which of them each word there was is, -1:
  /// cells that have it are missing.
  void renumber(std::vector<std::string> order, const std::vector<std::int32_t>& place);
};

/// "..., as FILE:LINE says".
std::string as_said(const std::string& allowed, const ColumnWish& wish);
/// A text in quotation marks, cut short where it is long.
std::string quoted(const std::string& text);
/// "a, b, c", of many words the first eight and `rest`.
std::string some_of(const std::vector<std::string>& words, const char* rest);

/// Gives a column of words those of its wish's values, in their order; an ordinal one that has none
/// is in the order of its numbers. Throws bad_data for a word that is no value, bad_config for
/// ordinal words without values.
void order_words(WishedColumn column);
/// Throws bad_data for a number of a column that is not what its wish says; bad_config where the
/// wish's own values are none of the column.
void check_numbers(const WishedColumn& column);

}  // namespace vgan
