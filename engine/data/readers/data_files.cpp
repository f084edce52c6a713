#include "engine/data/readers/data_files.hpp"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/files/posix_file.hpp"
#include "engine/files/standard_input.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot read data";

bool is_there(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

bool is_pattern(const std::string& name) {
  return name.find_first_of("*?[") != std::string::npos && !is_there(name);
}

/// What glob() found, and its freeing.
struct Matches {
  glob_t found{};
  ~Matches() { ::globfree(&found); }
};

std::vector<std::string> matches_of(const std::string& pattern) {
  Matches matches;
  const int status = ::glob(pattern.c_str(), GLOB_ERR | GLOB_NOSORT, nullptr, &matches.found);
  if (status == GLOB_NOSPACE) throw std::bad_alloc();
  if (status == GLOB_ABORTED) throw io_error(what, pattern, errno);
  std::vector<std::string> names(matches.found.gl_pathv,
                                 matches.found.gl_pathv + matches.found.gl_pathc);
  if (names.empty()) {
    throw Error(ErrorCode::io, {what, pattern, "no file that matches", "one or more",
                                "check the pattern, and the folder that it is looked for in"});
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::vector<std::string> split_data_names(const std::string& data) {
  if (data == standard_input_word || is_there(data)) return {data};
  std::vector<std::string> names(1);
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data[i] == '\\' && i + 1 < data.size() && data[i + 1] == ',') {
      names.back() += data[++i];
    } else if (data[i] == ',') {
      names.emplace_back();
    } else {
      names.back() += data[i];
    }
  }
  return names;
}

std::string join_data_names(const std::vector<std::string>& names) {
  if (names.size() == 1) return names.front();
  std::string data;
  for (const std::string& name : names) {
    if (&name != &names.front()) data += ',';
    const bool own = is_there(name);
    for (const char c : name) {
      if (c == ',' && own) data += '\\';
      data += c;
    }
  }
  return data;
}

std::vector<std::string> data_files(const std::string& data) {
  const std::vector<std::string> names = split_data_names(data);
  std::vector<std::string> files;
  for (const std::string& name : names) {
    if (name.empty() && names.size() > 1) {
      refuse_setting("data", "'" + data + "', with an empty name",
                     "names with one comma between them",
                     "a comma that belongs to a name has \\ before it");
    }
    if (!is_pattern(name)) {
      files.push_back(name);
      continue;
    }
    std::vector<std::string> matches = matches_of(name);
    files.insert(files.end(), std::make_move_iterator(matches.begin()),
                 std::make_move_iterator(matches.end()));
  }
  return files;
}

}  // namespace vgan
