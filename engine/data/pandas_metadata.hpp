// What pandas writes beside a table in files of Parquet and Arrow: which columns are its index, and
// which of its own types the columns had.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/data/schema.hpp"

namespace vgan {

/// The key under which it stands in a file's metadata.
inline constexpr const char* pandas_metadata_key = "pandas";

struct PandasMetadata {
  std::vector<std::string> index_columns;    ///< that have no name but "__index_level_0__"
  std::map<std::string, std::string> types;  ///< of columns such as "Int64", by their names
};

/// Reads what `text` says; nothing of what is no such metadata.
PandasMetadata read_pandas_metadata(const std::string& text);
/// What gives the columns of `schema` their types in pandas again; "" where the types of the file
/// do.
std::string pandas_metadata(const Schema& schema);

}  // namespace vgan
