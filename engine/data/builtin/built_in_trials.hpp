// The built-in data by their names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/schema_wish.hpp"
#include "engine/data/trials.hpp"

namespace vgan {

/// "digits", "ring8", "grid25", "wind-tunnel": see digits.hpp, mixtures.hpp and wind_tunnel.hpp.
std::vector<std::string> built_in_names();
bool is_built_in(const std::string& name);
/// Whether they are rows of a table.
bool is_built_in_table(const std::string& name);

/// The built-in data of this name, of which there are such. `schema` says what the columns of a
/// table are, and `threads` how many draw images; 0: one for each hardware thread.
Trials make_built_in(const std::string& name, std::uint64_t seed, const SchemaWish& schema,
                     int threads);

}  // namespace vgan
