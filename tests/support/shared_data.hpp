// Where real data sets that are not part of the repository may be found.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "tests/support/paths.hpp"

namespace vgan::testing {

/// The folder of real data: `VGAN_SHARED_DATA`, else `../shared/data` beside the repository.
/// Empty where neither exists; a test that needs it then skips and says so.
inline std::optional<std::filesystem::path> shared_data() {
  if (const char* path = std::getenv("VGAN_SHARED_DATA")) {
    if (std::filesystem::is_directory(path)) return path;
    return std::nullopt;
  }
  const std::filesystem::path beside =
      std::filesystem::path(source_dir()).parent_path() / "shared" / "data";
  if (std::filesystem::is_directory(beside)) return beside;
  return std::nullopt;
}

}  // namespace vgan::testing
