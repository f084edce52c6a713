// What the numbers of a table's row are to a network: which are scores, which are choices.
#pragma once

#include <span>
#include <vector>

#include "engine/data/schema.hpp"
#include "kernels/math/heads.hpp"

namespace vgan {

using math::Head;
using math::HeadKind;

/// The heads of a network that makes rows of such a table, over the numbers of encoded_columns: a
/// choice among the words or the values of a column, a missing value among them; a flag for a
/// boolean and for whether a number is missing; else a number.
std::vector<Head> heads_of(const Schema& schema);

/// Makes the numbers of `rows`, whole rows as a network sees them, 0 where they are missing.
void clear_missing(const std::vector<Head>& heads, std::span<float> rows);

/// Which of encoded_columns(schema) are 0 or 1, those of choices and flags: networks see them as
/// they are.
std::vector<bool> plain_columns(const Schema& schema);

}  // namespace vgan
