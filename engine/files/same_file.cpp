#include "engine/files/same_file.hpp"

#include <system_error>

namespace vgan {

namespace fs = std::filesystem;

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code error;
  const fs::path one = fs::weakly_canonical(fs::absolute(a, error), error);
  if (error) return false;
  const fs::path other = fs::weakly_canonical(fs::absolute(b, error), error);
  return !error && one == other;
}

}  // namespace vgan
