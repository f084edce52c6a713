// From the content of a file to the reader of its format.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/readers/open_trials.hpp"
#include "engine/data/table.hpp"

namespace vgan {

/// Reads a file of any format that is known, told by content. Of `request` there are used the
/// shape, the dialect, the schema and the names of parts. Throws Error as open_trials does.
Trials read_data_file(const std::filesystem::path& path, const DataRequest& request);

/// Whether read_data_file would make rows of a table of the file, by its first bytes; nothing where
/// these do not say it, as of HDF5. Throws io where the file cannot be read.
std::optional<bool> is_table_file(const std::filesystem::path& path, const DataRequest& request);

/// Reads the table of one file as text, Parquet or Arrow, or of several as text, see read_tables.
/// Its cells have their meaning. Throws as read_tables and read_arrow do, and bad_config for a
/// dialect of a file that is no text.
Table read_data_table(const std::vector<std::filesystem::path>& paths, const DialectWish& dialect,
                      const SchemaWish& schema = {});

/// Reads several files as one table, as read_tables does. Throws as it and open_trials do.
Trials read_table_files(const std::vector<std::string>& names, const DataRequest& request);

/// Throws bad_config for settings of a file's format where `source` names data that have none; a
/// built-in `table` has a schema.
void require_no_file_settings(const DataRequest& request, const std::string& source,
                              bool table = false);

}  // namespace vgan
