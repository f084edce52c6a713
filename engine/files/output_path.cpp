#include "engine/files/output_path.hpp"

#include <algorithm>
#include <system_error>

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

}  // namespace vgan
