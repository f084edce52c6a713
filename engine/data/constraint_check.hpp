// Constraints of a table: read from what its user says, and held against its rows.
#pragma once

#include "engine/data/schema.hpp"
#include "engine/data/table.hpp"

namespace vgan {

/// Gives `schema`, that of `table` without constraints, those that the table's wishes name, with
/// the combinations that its rows have. Throws bad_config for what is no constraint, or not of such
/// columns (constraint_rules.hpp); bad_data, with row, column, found and allowed, for a row in
/// which one does not hold, and for more than `most_words` combinations. Numbers hold a formula or
/// a sum where they may do so before they were rounded to their decimals; rows without one of the
/// numbers are passed over.
void take_constraints(const Table& table, Schema& schema);

/// Which of a combination's `seen` each row of the table has. Throws bad_data for one that is none
/// of them.
std::vector<std::int32_t> combinations_of_rows(const Table& table, const Schema& schema,
                                               const Constraints::Combination& combination);

}  // namespace vgan
