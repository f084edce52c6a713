// A schema in a checkpoint's metadata.
#pragma once

#include <string>

#include "engine/data/schema.hpp"

namespace vgan {

/// JSON that `read_schema` reads back to an equal schema.
std::string schema_json(const Schema& schema);
/// Throws bad_data, naming `origin`, for what schema_json does not write.
Schema read_schema(const std::string& json, const std::string& origin);

}  // namespace vgan
