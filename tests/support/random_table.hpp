// Tables made at random, with columns of every kind in every spelling, beside what the writer makes
// of them: the same cells, each spelt as its column is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/readers/dialect_guess.hpp"
#include "engine/data/schema_wish.hpp"

namespace vgan::testing {

/// A cell as the file spells it and as it comes back, without the dialect's quotes.
struct RandomCell {
  std::string spelt, written;
  bool quoted = false;    ///< whether the file has it in quotes, though it need not
  bool word = false;      ///< whether the dialect may quote it
  bool empty = false;     ///< whether it comes back without a value, which no dialect quotes
  bool by_value = false;  ///< what comes back is the same number, in whatever spelling
};

struct RandomColumn {
  std::string name;
  std::optional<ColumnKind> kind;  ///< that it must have; nothing: as it is found
  std::vector<RandomCell> cells;   ///< [rows]
};

struct RandomTable {
  Dialect dialect;           ///< that of the file
  DialectWish dialect_wish;  ///< what is said of it
  SchemaWish wish;           ///< what is said of the columns
  std::vector<RandomColumn> columns;
  std::size_t rows = 0;

  std::string text() const;     ///< the file
  std::string written() const;  ///< what the writer makes of its rows
};

/// Makes the table of a seed, which is the same on every machine.
RandomTable random_table(std::uint64_t seed);

}  // namespace vgan::testing
