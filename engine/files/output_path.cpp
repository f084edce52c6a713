#include "engine/files/output_path.hpp"

#include <algorithm>
#include <system_error>

#include "engine/base/error.hpp"
#include "engine/files/posix_file.hpp"

namespace vgan {

namespace fs = std::filesystem;

std::string in_lower_case(std::string text) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  std::transform(text.begin(), text.end(), text.begin(), lower);
  return text;
}

std::string ending_of(const fs::path& file) { return in_lower_case(file.extension().string()); }

void make_folder_of(const fs::path& file) {
  const fs::path folder = file.parent_path();
  if (folder.empty()) return;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw io_error("cannot make the folder", folder, error.value());
}

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code error;
  const fs::path one = fs::weakly_canonical(fs::absolute(a, error), error);
  if (error) return false;
  const fs::path other = fs::weakly_canonical(fs::absolute(b, error), error);
  return !error && one == other;
}

void require_kept(const std::string& flag, const std::string& written,
                  const std::vector<std::string>& read) {
  if (written.empty()) return;
  for (const std::string& input : read) {
    if (input.empty() || !same_file(written, input)) continue;
    throw Error(ErrorCode::usage, {"bad command line", flag, "'" + written + "', which is read",
                                   "a file of its own", "name another"});
  }
}

}  // namespace vgan
