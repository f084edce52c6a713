#include "engine/files/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view temporary_mark = ".tmp-";

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// The file behind a symbolic link, where there is one; a dangling link is replaced itself.
fs::path resolved(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_symlink(path, ignored)) return path;
  const fs::path target = fs::canonical(path, ignored);
  return ignored ? path : target;
}

void sync_folder(const fs::path& folder) {
  const FileDescriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file) throw io_error("cannot open the folder", folder, errno);
  // EINVAL: a file system that has nothing to flush for a folder.
  if (::fsync(file.get()) != 0 && errno != EINVAL) {
    throw io_error("cannot flush the folder", folder, errno);
  }
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path, std::string what)
    : what_(std::move(what)), path_(path) {
  struct stat status;
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) throw io_error(what_, path_, EISDIR);
  if (exists && !S_ISREG(status.st_mode)) {
    // Without O_NONBLOCK a FIFO that nobody reads would hold the process for ever.
    file_ = FileDescriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file_) throw io_error(what_, path_, errno);
    ::fcntl(file_.get(), F_SETFL, ::fcntl(file_.get(), F_GETFL) & ~O_NONBLOCK);
    return;
  }
  path_ = resolved(path);
  if (!path_.has_filename()) throw io_error(what_, path_, EISDIR);
  const std::string name = "." + path_.filename().string() + std::string(temporary_mark) +
                           std::to_string(static_cast<long>(::getpid()));
  fs::path temporary = folder_of(path_) / name;
  // A killed process may have had this one's id, and O_EXCL never follows a planted link.
  ::unlink(temporary.c_str());
  file_ = FileDescriptor(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file_) throw io_error(what_, path_, errno);
  temporary_ = std::move(temporary);
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
  file_.reset();
  if (temporary_.empty()) return;
  ::unlink(temporary_.c_str());
  temporary_.clear();
}

void AtomicFile::write(const void* data, std::size_t n) {
  if (!file_) {
    throw Error(ErrorCode::internal, {"cannot write after commit", path_.string(), "", "", ""});
  }
  const auto* at = static_cast<const char*>(data);
  while (n > 0) {
    const ssize_t put = ::write(file_.get(), at, n);
    if (put < 0) {
      if (errno == EINTR) continue;
      const Error error = io_error(what_, path_, errno);
      discard();  // so that a commit after it cannot keep half a file
      throw error;
    }
    at += put;
    n -= static_cast<std::size_t>(put);
  }
}

void AtomicFile::commit() {
  if (!file_) throw Error(ErrorCode::internal, {"cannot commit twice", path_.string(), "", "", ""});
  if (temporary_.empty()) {
    if (!file_.close()) throw io_error(what_, path_, errno);
    return;
  }
  if (::fsync(file_.get()) != 0) throw io_error(what_, path_, errno);
  if (!file_.close()) throw io_error(what_, path_, errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw io_error("cannot put " + temporary_.string() + " in place of", path_, errno);
  }
  temporary_.clear();
  sync_folder(folder_of(path_));
}

bool is_temporary_of(std::string_view name, std::string_view target) {
  const std::string prefix = "." + std::string(target) + std::string(temporary_mark);
  if (name.size() <= prefix.size() || name.substr(0, prefix.size()) != prefix) return false;
  const std::string_view process = name.substr(prefix.size());
  return std::all_of(process.begin(), process.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace vgan
