// Whether two names are one file.
#pragma once

#include <filesystem>

namespace vgan {

/// By their names with links followed, whether the files are there or not. A second hard link is
/// another file: AtomicFile, which replaces a name, leaves it as it was.
bool same_file(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace vgan
