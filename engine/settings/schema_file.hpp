// What the columns of a table are, as a TOML file that people edit: a [[column]] for each.
#pragma once

#include <filesystem>
#include <string>

#include "engine/data/schema.hpp"
#include "engine/data/schema_wish.hpp"

namespace vgan {

/// The file of the schema that `source`, a table, was found to have, with comments that say what
/// may be edited. The columns of a curve are one block. Read back beside the same table, it gives
/// the same schema.
std::string schema_file_text(const Schema& schema, const std::string& source);

/// What such a file says; keys that a column's kind has no use for are passed over. Throws
/// bad_config, with file, line and column, for what is no TOML, for an unknown key, which is told
/// its nearest neighbour, for a value of another type, and for columns that contradict themselves;
/// io where the system refuses.
SchemaWish read_schema_file(const std::filesystem::path& path);
SchemaWish parse_schema_file(const std::string& toml, const std::string& origin);

/// What schema_file_text says of a schema, for a further table of such columns; `origin` is what a
/// message calls it.
SchemaWish wish_of(const Schema& schema, const std::string& origin);

}  // namespace vgan
