// Proposed settings as a table.
#pragma once

#include <string>
#include <vector>

#include "engine/data/schema.hpp"
#include "engine/experiment/goal.hpp"
#include "engine/experiment/search.hpp"
#include "engine/generate/given_rows.hpp"

namespace vgan {

/// Writes a header and a line for each proposal to `out`, in the dialect of the model's table (see
/// dialect_for): the settings, the values of goals with the interval of each number, three decimals
/// more than the column has, the support, and the distance to the nearest real row where there is
/// one. A name that is there already has "_predicted" behind it. Puts the number of columns into
/// `result`. Throws io.
void write_proposals(const std::string& out, const GivenRows& settings,
                     const std::vector<Goal>& goals, const Schema& schema, SearchResult& result);

}  // namespace vgan
