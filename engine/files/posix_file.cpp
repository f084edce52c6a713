#include "engine/files/posix_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace vgan {
namespace {

const char* remedy_for(int error) {
  switch (error) {
    case ENOENT: return "make the folder or file first, or name another";
    case EACCES:
    case EPERM:
    case EROFS: return "name a place that is yours";
    case EISDIR: return "that is a folder: name a file";
    case ENXIO: return "nobody reads from that FIFO or device: name a file";
    case ENOSPC:
    case EDQUOT: return "free some space or use another disk";
    case EFBIG: return "raise the file size limit (ulimit -f) or use another disk";
    default: return "";
  }
}

}  // namespace

void FileDescriptor::reset() noexcept {
  if (value_ >= 0) close();
}

bool FileDescriptor::close() noexcept { return ::close(std::exchange(value_, -1)) == 0; }

Error io_error(const std::string& what, const std::filesystem::path& path, int error) {
  // generic_category's message is strerror's text without its shared buffer.
  return Error(ErrorCode::io, {what, path.string(), std::generic_category().message(error), "",
                               remedy_for(error)});
}

FileDescriptor open_regular_file(const std::filesystem::path& path, std::uint64_t& size) {
  // O_NONBLOCK: opening a FIFO returns at once instead of waiting for its writer.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) throw io_error("cannot open", path, errno);
  struct stat status;
  if (::fstat(file.get(), &status) != 0) throw io_error("cannot open", path, errno);
  if (S_ISDIR(status.st_mode)) throw io_error("cannot open", path, EISDIR);
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::io,
                {"cannot open", path.string(), "a device, FIFO or socket", "a regular file", ""});
  }
  size = static_cast<std::uint64_t>(status.st_size);
  return file;
}

void read_exactly(const FileDescriptor& file, const std::filesystem::path& path, void* to,
                  std::size_t n, std::uint64_t offset) {
  auto* at = static_cast<char*>(to);
  while (n > 0) {
    const ssize_t got = ::pread(file.get(), at, n, static_cast<off_t>(offset));
    if (got < 0) {
      if (errno == EINTR) continue;
      throw io_error("cannot read", path, errno);
    }
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

}  // namespace vgan
