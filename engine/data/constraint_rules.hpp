// What constraints may say of a table's columns, and in which order they are kept.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "engine/data/formula.hpp"
#include "engine/data/schema.hpp"

namespace vgan {

/// Throws bad_config, `where` being the place of the first of them, for constraints of columns that
/// they cannot be of: orders and bounds are of numbers, sums and formulas of numbers that are no
/// dates, combinations of words and of numbers that come again; none is of a curve, nor of a column
/// that is not drawn; a column that is a formula is in no other constraint, one that is part of a
/// sum or a combination in no second one; none depends on itself.
void require_sound_constraints(const Schema& schema, const std::string& where);

/// The columns that have others below them, each behind those below it that have some.
std::vector<std::size_t> columns_with_lower_ones(const Constraints& constraints);

/// The formulas of derived columns, each behind those that it depends on. Throws bad_config where
/// one is no formula (Formula), or depends on itself.
std::vector<std::pair<std::size_t, Formula>> derived_formulas(const Schema& schema,
                                                              const std::string& where);

}  // namespace vgan
