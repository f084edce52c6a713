// What a user says must hold in every row, read.
#pragma once

#include <string>
#include <vector>

#include "engine/data/constraints.hpp"

namespace vgan {

/// Adds to `constraints` what `text` says of columns that have these `names`; `where` is its place,
/// for messages. It is one of
///   low <= mid < high                 orders of columns, and of columns and numbers: bounds
///   total = cement + water            a column that is a formula of others, see formula.hpp
///   sand + clay + silt = 100          parts of a constant
///   fixed(maker, model)               values in the combinations that there are
/// with names written as in a formula. Throws bad_config for anything else.
void read_constraint(const std::string& text, const std::vector<std::string>& names,
                     const std::string& where, Constraints& constraints);

/// Whether such a text is a combination.
bool is_combination(const std::string& text);

}  // namespace vgan
