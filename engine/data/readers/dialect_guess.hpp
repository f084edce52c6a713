// Which dialect a text file of a table is written in, found by looking.
#pragma once

#include <string>
#include <string_view>

#include "engine/data/dialect.hpp"

namespace vgan {

/// The dialect of a file that begins with `head`, whose last line may be cut short. The delimiter
/// is that of tab, comma, semicolon, bar and blanks that gives most rows the same number of cells,
/// two or more, and among equals most numbers; where none does, each row is one cell. There is a
/// header where the first row has a word above a column of numbers, or among columns of words alone
/// where nothing in it comes again below; numbers are names where three or more count in equal
/// steps, such as years, above five rows or more of another magnitude. Throws Error (bad_data),
/// with `where` as the place, for lines that end with CR alone.
Dialect guess_dialect(std::string_view head, const DialectWish& wish, const std::string& where);

/// Whether `text` is a number, however large: what read_number_cell reads.
bool is_number_text(std::string_view text, char decimal);

/// Whether `text` says that there is no value: nothing, "?", "NA", "N/A", "#N/A", "nan", "NaN",
/// "NULL", "null", "<NA>".
bool is_missing_text(std::string_view text);

}  // namespace vgan
