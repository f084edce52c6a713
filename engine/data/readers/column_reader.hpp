// The cells of one column of a text file, one after the other.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/data/readers/dialect_guess.hpp"
#include "engine/data/readers/number_cell.hpp"
#include "engine/data/table.hpp"

namespace vgan {

inline constexpr const char* cannot_read_table = "cannot read a table";

/// "'12 km'", a long text cut short.
std::string quoted_text(std::string_view text);
/// What helps with a word where numbers are.
std::string remedy_for(std::string_view text);
/// Throws bad_data, with `where` as the place, for text that no checkpoint takes: other than UTF-8,
/// and beyond 4,096 bytes.
void require_text(std::string_view text, const std::string& where);
/// Whether require_text has nothing against it.
bool is_plain_text(std::string_view text);

/// Adds to the style of a column that of one more number, `first` or not.
inline void add_style(const NumberCell& cell, bool first, NumberStyle& style) {
  constexpr int most_digits = 17;  // a double has no more
  const int decimals = std::min(cell.decimals, most_digits);
  style.exponents = style.exponents || cell.exponent || cell.decimals > most_digits;
  style.least_decimals = first ? decimals : std::min(style.least_decimals, decimals);
  style.most_decimals = std::max(style.most_decimals, decimals);
  style.digits = std::max(style.digits, std::min(cell.digits, most_digits));
}

inline bool is_one_of(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// Looks words up without a copy of them.
struct WordHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

/// What is known of a column before its cells are read.
struct ColumnPlan {
  std::string name;
  bool numeric = true;
  bool left_out = false;           ///< its cells are passed over
  std::vector<std::string> marks;  ///< missing marks beside is_missing_text
  std::string allowed = "a number";
  std::string remedy;  ///< for a word in a column of numbers; empty: as the word is
};

/// Takes the cells of one column, one after the other.
class ColumnReader {
 public:
  explicit ColumnReader(ColumnPlan plan) : plan_(std::move(plan)) {
    column_.name = plan_.name;
    column_.numeric = plan_.numeric;
    column_.marks = plan_.marks;
  }

  /// What stands in the numbers of the cells that come: '.' or ','. Marks may be spelt with either,
  /// for the files of one table may differ in it.
  void set_decimal(char decimal) {
    decimal_ = decimal;
    marked_.clear();
    for (const std::string& mark : plan_.marks) {
      NumberCell cell;
      const bool number =
          read_number_cell(mark, decimal, cell) == CellReading::number ||
          read_number_cell(mark, decimal == '.' ? ',' : '.', cell) == CellReading::number;
      if (number) marked_.push_back(cell.value);
    }
  }
  void reserve(std::size_t rows) {
    if (column_.numeric) {
      column_.numbers.reserve(rows);
    } else {
      column_.cells.reserve(rows);
    }
  }

  /// `where` makes the place of this cell for a message.
  template <class Where>
  void add(std::string_view text, Where&& where) {
    NumberCell cell;
    CellReading reading = CellReading::none;
    if (column_.numeric && !plan_.left_out) {
      reading = read_number_cell(text, decimal_, cell);
      if (reading == CellReading::number && !is_marked(cell.value)) return add_number(cell);
    }
    add_other(text, reading, where);
  }

  /// What a row takes, in the column and to what trains on it, bytes; and what the words take.
  /// Looks at the cells that came since it was last asked.
  std::uint64_t bytes_of_row();
  std::uint64_t bytes_of_words() const { return bytes_of_words_; }
  /// Moves the cell that came last to the place of another, which is gone then; nothing: takes it
  /// out.
  void move_last_to(std::optional<std::int64_t> place);
  /// Drops words that no cell has where they are many beside `rows`.
  void forget_some_words(std::int64_t rows);
  /// Puts cell order[i] at place i, and drops words that no cell has. Some of the rows are missing.
  void put_in_order(const std::vector<std::size_t>& order);

  /// Whether there are whole numbers that a double may not have.
  bool inexact() const { return inexact_ && !column_.style.exponents; }
  TableColumn take() { return std::move(column_); }

 private:
  static constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
  static constexpr std::uint64_t bytes_beside_word = 112;  // two strings, a place in a hash table
  static constexpr double most_exact_whole = 9007199254740992.0;  // 2^53

  bool is_marked(double value) const {
    return std::find(marked_.begin(), marked_.end(), value) != marked_.end();
  }

  void add_number(const NumberCell& cell) {
    add_style(cell, numbers_ == 0, column_.style);
    if (numbers_ == 0) first_ = cell.value;
    counts_ = counts_ && cell.value == first_ + static_cast<double>(numbers_);
    ++numbers_;
    column_.numbers.push_back(cell.value);
    if (std::fabs(cell.value) >= most_exact_whole) {
      inexact_ = inexact_ || cell.value == std::floor(cell.value);
    }
  }

  // A cell that is no number of the column.
  template <class Where>
  [[gnu::noinline]] void add_other(std::string_view text, CellReading reading, Where&& where) {
    if (plan_.left_out) {
      return is_missing_text(text) ? add_missing(text) : add_no_number();
    }
    const bool marked = reading == CellReading::number || is_missing_text(text);
    if (marked || is_one_of(plan_.marks, text)) return add_missing(text);
    if (!column_.numeric) return add_word(text, where);
    if (reading == CellReading::beyond) {
      throw Error(ErrorCode::bad_data,
                  {cannot_read_table, where(), quoted_text(text), "a number of up to 1.8e308", ""});
    }
    // All before it is missing: a column of words after all, but where the user says numbers.
    if (numbers_ == 0 && plan_.remedy.empty()) {
      make_words();
      return add_word(text, where);
    }
    throw Error(ErrorCode::bad_data, {cannot_read_table, where(), quoted_text(text), plan_.allowed,
                                      plan_.remedy.empty() ? remedy_for(text) : plan_.remedy});
  }

  void forget_words();

  void add_no_number() { column_.numbers.push_back(no_number); }

  void add_missing(std::string_view mark) {
    if (column_.missing++ == 0) column_.missing_mark = mark;
    if (column_.numeric) {
      add_no_number();
    } else {
      column_.cells.push_back(-1);
    }
  }

  void make_words() {
    column_.numeric = false;
    column_.cells.assign(column_.numbers.size(), -1);
    column_.numbers = {};
  }

  template <class Where>
  void add_word(std::string_view text, Where&& where) {
    const auto found = known_.find(text);
    if (found != known_.end()) return column_.cells.push_back(found->second);
    if (!is_plain_text(text)) require_text(text, where());
    const auto number = static_cast<std::int32_t>(column_.words.size());
    bytes_of_words_ += bytes_beside_word + 2 * text.size();
    column_.words.emplace_back(text);
    known_.emplace(text, number);
    column_.cells.push_back(number);
  }

  ColumnPlan plan_;
  TableColumn column_;
  char decimal_ = '.';
  std::vector<double> marked_;  // the marks that are numbers
  std::int64_t numbers_ = 0;
  double first_ = 0.0;
  bool counts_ = true;          // each number is one more than the one before it
  std::vector<double> values_;  // different numbers, up to one more than what is a choice
  std::size_t weighed_ = 0;     // numbers that these are of
  bool inexact_ = false;
  std::uint64_t bytes_of_words_ = 0;
  std::unordered_map<std::string, std::int32_t, WordHash, std::equal_to<>> known_;
};

}  // namespace vgan
