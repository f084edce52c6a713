// The column of a table that the others predict.
#pragma once

#include <string>

#include "engine/data/schema.hpp"

namespace vgan {

/// The name of the drawn column that `wanted` names, whose unit may be left out; where that is
/// empty, the drawn column whose role is outcome where there is just one, else the last drawn one.
/// Throws bad_config for another name and for a column that is not drawn.
std::string outcome_column(const Schema& schema, const std::string& wanted);

}  // namespace vgan
