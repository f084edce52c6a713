#include "engine/files/posix_file.hpp"

#include <unistd.h>

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

// On Linux, a close that a signal interrupts has closed the descriptor.
bool FileDescriptor::close() noexcept { return ::close(release()) == 0 || errno == EINTR; }

Error io_error(const std::string& what, const std::filesystem::path& path, int error) {
  // generic_category's message is strerror's text without its shared buffer.
  return Error(ErrorCode::io, {what, path.string(), std::generic_category().message(error), "",
                               remedy_for(error)});
}

void write_all(const FileDescriptor& file, const std::filesystem::path& path, const void* data,
               std::size_t n, const std::string& what) {
  const auto* at = static_cast<const char*>(data);
  while (n > 0) {
    const ssize_t put = uninterrupted([&] { return ::write(file.get(), at, n); });
    if (put < 0) throw io_error(what, path, errno);
    if (put == 0) {
      throw Error(ErrorCode::io, {what, path.string(), "a device that takes no more bytes", "",
                                  "use another disk"});
    }
    at += put;
    n -= static_cast<std::size_t>(put);
  }
}

}  // namespace vgan
