// The columns that a user asks a model over cells about.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/data/schema.hpp"

namespace vgan {

/// Which of Schema::columns `name` is, whose unit may be left out. Throws bad_config, naming the
/// setting `flag`, for a name that the schema has not, for a column that is not drawn, and for one
/// that a constraint ties to others.
std::size_t asked_column(const std::string& flag, const std::string& name, const Schema& schema);

/// The columns of `list`: names with commas between, or one name that has commas itself. Throws as
/// asked_column does, and bad_config for a column that comes twice.
std::vector<std::size_t> asked_columns(const std::string& flag, const std::string& list,
                                       const Schema& schema);

}  // namespace vgan
