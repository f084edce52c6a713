// The cells of one column of a table, as numbers or words.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
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

/// What a message about a table that cannot be read begins with.
inline constexpr const char* table_failure = "cannot read a table";

/// A text in quotation marks, of a long one its beginning and its length.
std::string quoted_text(std::string_view text);
/// What helps with a word where numbers are.
std::string remedy_for(std::string_view text);
/// Throws bad_data unless `text`, a word or a name, can go into checkpoints; `where` is its place.
void require_text(std::string_view text, const std::function<std::string()>& where);
bool is_one_of(const std::vector<std::string>& texts, std::string_view text);

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
  /// `plan` must outlive it.
  ColumnReader(const ColumnPlan& plan, char decimal) : plan_(&plan), decimal_(decimal) {
    column_.name = plan.name;
    column_.numeric = plan.numeric;
    column_.marks = plan.marks;
    for (const std::string& mark : plan.marks) {
      NumberCell cell;
      if (read_number_cell(mark, decimal, cell) == CellReading::number) {
        marked_.push_back(cell.value);
      }
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
    if (plan_->left_out) {
      return is_missing_text(text) ? add_missing(text) : column_.numbers.push_back(no_value);
    }
    NumberCell cell;
    const CellReading reading =
        column_.numeric ? read_number_cell(text, decimal_, cell) : CellReading::none;
    if (reading == CellReading::number) {
      return is_marked(cell.value) ? add_missing(text) : add_number(cell);
    }
    if (is_missing_text(text) || is_one_of(plan_->marks, text)) return add_missing(text);
    if (!column_.numeric) return add_word(text, where);
    if (reading == CellReading::beyond) {
      throw Error(ErrorCode::bad_data,
                  {table_failure, where(), quoted_text(text), "a number of up to 1.8e308", ""});
    }
    // All before it is missing: a column of words after all, but where the user says numbers.
    if (numbers_ == 0 && plan_->remedy.empty()) {
      make_words();
      return add_word(text, where);
    }
    throw Error(ErrorCode::bad_data, {table_failure, where(), quoted_text(text), plan_->allowed,
                                      plan_->remedy.empty() ? remedy_for(text) : plan_->remedy});
  }

  /// Whether there are whole numbers that a double may not have.
  bool inexact() const { return inexact_ && !column_.style.exponents; }
  TableColumn take() { return std::move(column_); }

 private:
  bool is_marked(double value) const {
    return std::find(marked_.begin(), marked_.end(), value) != marked_.end();
  }

  // Here and not in the source, for every cell of a table comes by.
  void add_number(const NumberCell& cell) {
    constexpr double most_exact_whole = 9007199254740992.0;  // 2^53
    add_style(cell);
    ++numbers_;
    column_.numbers.push_back(cell.value);
    if (std::fabs(cell.value) >= most_exact_whole) {
      inexact_ = inexact_ || cell.value == std::floor(cell.value);
    }
  }

  void add_style(const NumberCell& cell) {
    constexpr int most_digits = 17;  // a double has no more
    NumberStyle& style = column_.style;
    if (cell.exponent || cell.decimals > most_digits) style.exponents = true;
    const int decimals = std::min(cell.decimals, most_digits);
    style.least_decimals = numbers_ == 0 ? decimals : std::min(style.least_decimals, decimals);
    style.most_decimals = std::max(style.most_decimals, decimals);
    style.digits = std::max(style.digits, std::min(cell.digits, most_digits));
  }

  void add_missing(std::string_view mark) {
    if (column_.missing++ == 0) column_.missing_mark = mark;
    if (column_.numeric) {
      column_.numbers.push_back(no_value);
    } else {
      column_.cells.push_back(-1);
    }
  }

  void make_words();

  template <class Where>
  void add_word(std::string_view text, Where&& where) {
    const auto found = known_.find(text);
    if (found != known_.end()) return column_.cells.push_back(found->second);
    require_text(text, where);
    const auto number = static_cast<std::int32_t>(column_.words.size());
    column_.words.emplace_back(text);
    known_.emplace(text, number);
    column_.cells.push_back(number);
  }

  static constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

  const ColumnPlan* plan_;
  TableColumn column_;
  char decimal_;
  std::vector<double> marked_;  // the marks that are numbers
  std::int64_t numbers_ = 0;
  bool inexact_ = false;
  std::unordered_map<std::string, std::int32_t, WordHash, std::equal_to<>> known_;
};

}  // namespace vgan
