// Tables in files of Parquet and of Arrow.
#pragma once

#include <filesystem>
#include <string_view>

#include "engine/data/schema_wish.hpp"
#include "engine/data/table.hpp"

namespace vgan {

/// Reads the table of a Parquet file or of an Arrow file (Feather 2), by libparquet and libarrow.
/// Numbers, decimals and durations are columns of numbers; text, categories and booleans ("true",
/// "false") of words; dates and times are such, with a format. NaN and null are missing. Columns
/// that `wish` ignores are passed over, and have no value; so are those of an index of pandas' that
/// has no name, with a note. The cells have no further meaning yet, see give_meaning. Memory is
/// that of the columns and of a batch of rows. Throws Error: io where the system refuses; bad_data
/// for what is broken, for columns of other types, for infinities and for dates beyond the years 1
/// to 9999, with row and column, for more rows than this machine's memory holds, and where the
/// build has no Arrow.
Table read_arrow(const std::filesystem::path& path, const SchemaWish& wish = {});

/// Whether a file that begins with `head` is one of Parquet, or of Arrow.
constexpr bool is_arrow(std::string_view head) {
  return head.starts_with("PAR1") || head.starts_with(std::string_view("ARROW1\0\0", 8));
}

}  // namespace vgan
