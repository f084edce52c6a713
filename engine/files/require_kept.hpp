// What a command reads, it does not write over.
#pragma once

#include <string>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/files/same_file.hpp"

namespace vgan {

/// Throws usage where `written`, the value of `flag`, is one of the files `read`. Empty names are
/// none.
inline void require_kept(const std::string& flag, const std::string& written,
                         const std::vector<std::string>& read) {
  if (written.empty()) return;
  for (const std::string& input : read) {
    if (input.empty() || !same_file(written, input)) continue;
    throw Error(ErrorCode::usage, {"bad command line", flag, "'" + written + "', which is read",
                                   "a file of its own", "name another"});
  }
}

}  // namespace vgan
