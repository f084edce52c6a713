// Text files of tables: CSV and its kin.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "engine/data/readers/dialect_guess.hpp"
#include "engine/data/schema_wish.hpp"
#include "engine/data/table.hpp"

namespace vgan {

/// What the rows of a table may take.
struct RowLimit {
  std::uint64_t bytes = 0;  ///< with what trains on them; 0: half of the machine's memory
  std::uint64_t seed = 0;   ///< by which rows are drawn
};

/// Reads a table from a text file, plain, gzip or zstd, in the dialect that its first MiB shows. A
/// column is of numbers where nine in ten cells of its first 1,000 rows are, missing ones not
/// counted; else of words, which must be UTF-8; or as `wish` says. Cells have their meaning, see
/// give_meaning; columns that are ignored are passed over, and have no value. Memory is that of the
/// columns and of one row; where there are more rows than `limit` allows, a uniform sample of them
/// is kept, with a note (row_keeper.hpp). Throws Error: io where the system refuses; bad_data, with
/// line and column, for a row of another length than the first, for a word or a number beyond a
/// double in a column of numbers, for two columns of one name, where there is no row, and for what
/// does not agree with `wish`.
Table read_table(const std::filesystem::path& path, const DialectWish& dialect = {},
                 const SchemaWish& wish = {}, const RowLimit& limit = {});

/// Reads the rows of several files, one after the other, as one table with the dialect of the first
/// of them; each is read in its own. The columns are those of the first, which the others have too,
/// by name and in any order; where there are no headers, by place. A column is of numbers where
/// nine in ten of the cells are that the first 1,000 rows of each file have. Throws as above, and
/// bad_data for a file of other columns. `paths` has one or more.
Table read_tables(const std::vector<std::filesystem::path>& paths, const DialectWish& dialect = {},
                  const SchemaWish& wish = {}, const RowLimit& limit = {});

/// Whether a file that begins with `head` may be such a table: text that is no page or document.
bool may_be_table(std::string_view head);

}  // namespace vgan
