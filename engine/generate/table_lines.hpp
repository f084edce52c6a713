// Lines of a table that is made of given values and of what a model says of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/data/date_format.hpp"
#include "engine/data/dialect.hpp"
#include "engine/data/schema.hpp"
#include "engine/generate/given_rows.hpp"

namespace vgan {

/// How the numbers of a column are written that a model predicts or sums up: with three decimals
/// more than the column has, dates in its format.
struct NumberForm {
  static NumberForm of(const ColumnSchema& column);
  /// The form of numbers that have up to `decimals` decimals.
  static NumberForm of_decimals(int decimals);

  std::optional<DateFormat> date;
  NumberStyle style;
};

inline constexpr int probability_decimals = 4;

/// Makes lines out of cells, in a dialect.
class TableLines {
 public:
  explicit TableLines(const Dialect& dialect) : dialect_(dialect) {}

  /// What stands before all lines: the byte-order mark, where the dialect has one, and the line of
  /// the columns' names.
  std::string header(const std::vector<std::string>& names);
  void add_word(const std::string& word);
  /// A number, or nothing for NaN.
  void add_number(double number, const NumberForm& form);
  /// A number that is text already, with a decimal point.
  void add_spelt(const std::string& number);
  void add_nothing();
  /// The given cells of a row, as they stood in their file.
  void add_given(std::int64_t row, const GivenRows& given, const Schema& schema);
  /// The line, whose end it has.
  std::string take();

 private:
  void between();

  Dialect dialect_;
  std::string text_;
  bool first_ = true;
};

/// The names of a table's columns, each but once.
class ColumnNames {
 public:
  /// `other`: what stands behind a name that is there already.
  explicit ColumnNames(std::string other = "_predicted") : other_(std::move(other)) {}
  void add(std::string name);
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::string other_;
  std::vector<std::string> names_;
};

}  // namespace vgan
