#include "engine/files/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

namespace vgan {

namespace fs = std::filesystem;

FileDescriptor open_regular_file(const FilePlace& place, std::uint64_t& size) {
  // O_NONBLOCK: opening a FIFO returns at once instead of waiting for its writer.
  FileDescriptor file(uninterrupted([&] {
    return ::openat(place.folder, place.name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  }));
  if (!file) throw io_error("cannot open", place.path, errno);
  struct stat status;
  if (::fstat(file.get(), &status) != 0) throw io_error("cannot open", place.path, errno);
  if (S_ISDIR(status.st_mode)) throw io_error("cannot open", place.path, EISDIR);
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::io, {"cannot open", place.path.string(), "a device, FIFO or socket",
                                "a regular file", ""});
  }
  size = static_cast<std::uint64_t>(status.st_size);
  return file;
}

void read_exactly(const FileDescriptor& file, const fs::path& path, void* to, std::size_t n,
                  std::uint64_t offset) {
  auto* at = static_cast<char*>(to);
  while (n > 0) {
    const ssize_t got =
        uninterrupted([&] { return ::pread(file.get(), at, n, static_cast<off_t>(offset)); });
    if (got < 0) throw io_error("cannot read", path, errno);
    if (got == 0) {
      throw Error(ErrorCode::bad_data,
                  {"cannot read", path.string() + ", byte " + std::to_string(offset),
                   "the end of the file, which was longer when it was opened",
                   std::to_string(n) + " more bytes", ""});
    }
    at += got;
    n -= static_cast<std::size_t>(got);
    offset += static_cast<std::uint64_t>(got);
  }
}

void for_each_line(const FilePlace& place, const std::function<bool(const std::string&)>& take) {
  std::uint64_t size = 0;
  const FileDescriptor file = open_regular_file(place, size);
  std::vector<char> chunk(std::size_t{1} << 16);
  std::string line;
  for (;;) {
    const ssize_t got =
        uninterrupted([&] { return ::read(file.get(), chunk.data(), chunk.size()); });
    if (got < 0) throw io_error("cannot read", place.path, errno);
    if (got == 0) break;
    for (ssize_t i = 0; i < got; ++i) {
      const char c = chunk[static_cast<std::size_t>(i)];
      if (c != '\n') {
        line += c;
        continue;
      }
      if (!take(line)) return;
      line.clear();
    }
  }
  if (!line.empty()) take(line);
}

}  // namespace vgan
