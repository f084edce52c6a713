// How random tables are made, column by column.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tests/support/dice.hpp"
#include "tests/support/random_table.hpp"

namespace vgan::testing {

/// Makes one table.
class TableMaker {
 public:
  explicit TableMaker(std::uint64_t seed) : dice_(seed) {}

  RandomTable make();

 private:
  bool one_in(std::size_t sides) { return dice_.roll(sides) == 0; }

  // random_table.cpp: what all columns have in common
  void make_dialect();
  std::string odd_word();
  std::string new_name();
  ColumnWish* wish(RandomColumn& column, ColumnKind kind, bool always);
  void add_column(std::size_t which);
  std::string usual_mark();
  std::string empty_cell() const;
  RandomCell missing(const std::string& spelt, const std::string& written);
  void add_missing(RandomColumn& column, ColumnWish* said, bool numeric);

  // random_columns.cpp: columns by their kinds
  std::string digits(std::size_t count);
  std::string decimal_text(std::size_t whole_digits, std::size_t decimals, std::size_t least);
  void respell(RandomCell& cell);
  void add_continuous(RandomColumn& column);
  void add_exponents(RandomColumn& column);
  void add_whole(RandomColumn& column);
  void add_grid(RandomColumn& column);
  void add_sentinels(RandomColumn& column);
  std::string point(const std::string& digit, std::size_t count);
  std::vector<std::string> distinct_words(std::size_t count);
  void add_words(RandomColumn& column);
  void add_ordinal(RandomColumn& column);
  void add_dates(RandomColumn& column);
  void add_boolean(RandomColumn& column);
  void add_curve();
  void add_ignored(RandomColumn& column);
  void add_id(RandomColumn& column);
  void leave_empty(RandomColumn& column);

  Dice dice_;
  RandomTable table_;
  std::set<std::string> names_;
  bool drawn_ = false, curve_ = false;
};

}  // namespace vgan::testing
