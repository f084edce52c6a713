// The files that the setting `data` names: one, several with commas between, or a pattern.
#pragma once

#include <string>
#include <vector>

namespace vgan {

/// The names in `data`: `data` itself where something of this name is there or it is "-", else what
/// stands between its commas. A comma that belongs to a name has a backslash before it.
std::vector<std::string> split_data_names(const std::string& data);

/// The text that split_data_names reads back. Of a single name, the name as it is; of several,
/// commas in the names of what is there get backslashes.
std::string join_data_names(const std::vector<std::string>& names);

/// The files of `data`: its names, in place of those that hold *, ? or [ and are not there the
/// files that they match, in the order of their names' bytes. Throws Error: io where none matches
/// or a folder cannot be read, bad_config for an empty name among several.
std::vector<std::string> data_files(const std::string& data);

}  // namespace vgan
