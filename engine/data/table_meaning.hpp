// From the cells of a table as they stand to what they mean: as the user says, or by looking.
#pragma once

#include <optional>
#include <string_view>

#include "engine/data/schema_wish.hpp"
#include "engine/data/table.hpp"

namespace vgan {

/// What `wish` says of a column of this name; the columns of a curve are named by "PREFIX*". Or
/// null.
const ColumnWish* wish_for(const SchemaWish& wish, std::string_view name);
/// Whether a column of this wish has words, or numbers; nothing where its cells decide it.
std::optional<bool> wished_numeric(const ColumnWish& wish);

/// Gives the cells of a table that was just read their meaning: columns of words that are dates
/// become numbers; numbers such as -999 that plainly stand for no value become missing, with a
/// note; words get the order that the user says. Each column keeps its wish. Throws bad_data, with
/// the cell's place, what was found and what the user says, for a cell that does not agree with it,
/// and for a wish that is about no column of the table.
void give_meaning(Table& table, const SchemaWish& wish);

}  // namespace vgan
