#include "engine/files/standard_input.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/files/posix_file.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr const char* spoken_name = "standard input";

// A file in `folder` that nothing names.
FileDescriptor nameless_file(const fs::path& folder, const std::string& what) {
  FileDescriptor file(uninterrupted(
      [&] { return ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR); }));
  if (file) return file;
  // Some file systems have no such files; mkostemp puts a name of its own in place of the X.
  std::string name = (folder / "vgan-XXXXXX").string();
  file = FileDescriptor(uninterrupted([&] { return ::mkostemp(name.data(), O_CLOEXEC); }));
  if (!file) throw io_error(what + " from standard input", folder, errno);
  ::unlink(name.c_str());
  return file;
}

FileDescriptor spooled(const std::string& what) {
  std::error_code error;
  const fs::path folder = fs::temp_directory_path(error);
  FileDescriptor file = nameless_file(error ? fs::path("/tmp") : folder, what);
  std::vector<char> chunk(std::size_t{1} << 20);
  for (;;) {
    const ssize_t got =
        uninterrupted([&] { return ::read(STDIN_FILENO, chunk.data(), chunk.size()); });
    if (got < 0) throw io_error(what, spoken_name, errno);
    if (got == 0) return file;
    write_all(file, folder, chunk.data(), static_cast<std::size_t>(got),
              what + ": cannot keep what comes from standard input (TMPDIR names another folder)");
  }
}

FileDescriptor opened(const std::string& what) {
  struct stat info {};
  if (::fstat(STDIN_FILENO, &info) != 0) throw io_error(what, spoken_name, errno);
  if (::isatty(STDIN_FILENO) == 1) {
    throw Error(ErrorCode::io, {what, spoken_name, "a terminal", "a pipe or a file",
                                "send the data there, as in COMMAND | vgan_cuda ..., or < FILE"});
  }
  if (S_ISREG(info.st_mode) && ::lseek(STDIN_FILENO, 0, SEEK_CUR) == 0) {
    return FileDescriptor(::dup(STDIN_FILENO));
  }
  return spooled(what);
}

}  // namespace

std::string input_name(const fs::path& path) {
  return path == standard_input_word ? spoken_name : path.string();
}

int standard_input_file(const std::string& what) {
  static const FileDescriptor file = opened(what);
  return file.get();
}

}  // namespace vgan
