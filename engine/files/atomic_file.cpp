#include "engine/files/atomic_file.hpp"

#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view temporary_mark = ".tmp-";
constexpr int most_links = 40;  // the kernel's own limit

// `name` without its last component, opened from `folder`. A refusal is one of `what` at `path`.
Folder parent_of(int folder, const fs::path& name, const std::string& what, const fs::path& path) {
  const fs::path above = name.has_parent_path() ? name.parent_path() : fs::path(".");
  FileDescriptor file(uninterrupted(
      [&] { return ::openat(folder, above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!file) throw io_error(what, path, errno);
  return Folder(std::move(file), path.has_parent_path() ? path.parent_path() : fs::path("."));
}

bool try_lock(const FileDescriptor& file) {
  return uninterrupted([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) == 0;
}

bool is_same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

}  // namespace

AtomicFile::AtomicFile(const FilePlace& place, std::string what)
    : what_(std::move(what)), path_(place.path) {
  struct stat status;
  const bool exists = ::fstatat(place.folder, place.name.c_str(), &status, 0) == 0;
  if (exists && S_ISDIR(status.st_mode)) throw io_error(what_, path_, EISDIR);
  if (exists && !S_ISREG(status.st_mode)) {
    // Without O_NONBLOCK a FIFO that nobody reads would hold the process for ever.
    file_ = FileDescriptor(uninterrupted([&] {
      return ::openat(place.folder, place.name.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    }));
    if (!file_) throw io_error(what_, path_, errno);
    ::fcntl(file_.get(), F_SETFL, ::fcntl(file_.get(), F_GETFL) & ~O_NONBLOCK);
    return;
  }
  if (!place.name.has_filename()) throw io_error(what_, path_, EISDIR);
  folder_ = parent_of(place.folder, place.name, what_, path_);
  name_ = place.name.filename().string();
  if (exists) follow_links();  // a dangling link is replaced itself
  remove_abandoned_temporaries(*folder_, name_);
  make_temporary();
  if (exists) hand_on(status);
}

// The mode of the file that is replaced, and its owner where the system lets it.
void AtomicFile::hand_on(const struct stat& old) {
  struct stat now;
  if (::fstat(file_.get(), &now) != 0) return;
  if ((old.st_uid != now.st_uid || old.st_gid != now.st_gid) &&
      ::fchown(file_.get(), old.st_uid, old.st_gid) != 0 && errno != EPERM) {
    return;  // a file system without owners has no modes either
  }
  const mode_t mode = old.st_mode & 0777U;
  if (mode == (now.st_mode & 0777U) || ::fchmod(file_.get(), mode) == 0) return;
  const Error error = io_error(what_, path_, errno);
  discard();
  throw error;
}

void AtomicFile::follow_links() {
  for (int links = 0; links < most_links; ++links) {
    std::array<char, PATH_MAX> text{};
    const ssize_t length =
        ::readlinkat(folder_->descriptor(), name_.c_str(), text.data(), text.size());
    if (length < 0) return;  // no link
    const fs::path target(std::string(text.data(), static_cast<std::size_t>(length)));
    path_ = (folder_->path() / target).lexically_normal();
    folder_ = parent_of(folder_->descriptor(), target, what_, path_);
    name_ = target.filename().string();
  }
}

void AtomicFile::make_temporary() {
  temporary_ = "." + name_ + std::string(temporary_mark) + std::to_string(::getpid());
  const int folder = folder_->descriptor();
  for (;;) {
    // A killed process may have had this one's id, and O_EXCL never follows a planted link.
    ::unlinkat(folder, temporary_.c_str(), 0);
    file_ = FileDescriptor(uninterrupted([&] {
      return ::openat(folder, temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }));
    if (!file_) {
      const int error = errno;
      temporary_.clear();
      throw io_error(what_, path_, error);
    }
    // Before it was locked, another process could take the file for an abandoned one.
    struct stat status;
    if (!try_lock(file_) && errno == EWOULDBLOCK) continue;
    if (::fstat(file_.get(), &status) == 0 && status.st_nlink > 0) return;
  }
}

AtomicFile::~AtomicFile() { discard(); }

fs::path AtomicFile::temporary() const {
  return temporary_.empty() ? fs::path() : folder_->path() / temporary_;
}

void AtomicFile::discard() noexcept {
  if (!temporary_.empty()) ::unlinkat(folder_->descriptor(), temporary_.c_str(), 0);
  temporary_.clear();
  file_.reset();
}

void AtomicFile::write(const void* data, std::size_t n) {
  if (!file_) {
    throw Error(ErrorCode::internal, {"cannot write after commit", path_.string(), "", "", ""});
  }
  try {
    write_all(file_, path_, data, n, what_);
  } catch (const Error&) {
    discard();  // so that a commit after it cannot keep half a file
    throw;
  }
}

void AtomicFile::rewrite(std::uint64_t offset, const void* data, std::size_t n) {
  const auto* at = static_cast<const char*>(data);
  while (n > 0) {
    const ssize_t written =
        uninterrupted([&] { return ::pwrite(file_.get(), at, n, static_cast<off_t>(offset)); });
    if (written <= 0) {
      const Error error = io_error(what_, path_, written < 0 ? errno : EIO);
      discard();
      throw error;
    }
    at += written;
    n -= static_cast<std::size_t>(written);
    offset += static_cast<std::uint64_t>(written);
  }
}

void AtomicFile::commit() {
  if (!file_) throw Error(ErrorCode::internal, {"cannot commit twice", path_.string(), "", "", ""});
  if (!folder_) {
    if (!file_.close()) throw io_error(what_, path_, errno);
    return;
  }
  if (uninterrupted([&] { return ::fsync(file_.get()); }) != 0) {
    throw io_error(what_, path_, errno);
  }
  const int folder = folder_->descriptor();
  // The temporary is locked until it has its name: closing it is what gives the lock up.
  if (uninterrupted(
          [&] { return ::renameat(folder, temporary_.c_str(), folder, name_.c_str()); }) != 0) {
    throw io_error("cannot put " + temporary().string() + " in place of", path_, errno);
  }
  temporary_.clear();
  file_.reset();
  folder_->sync();
}

bool is_temporary_of(std::string_view name, std::string_view target) {
  const std::string prefix = "." + std::string(target) + std::string(temporary_mark);
  if (name.size() <= prefix.size() || name.substr(0, prefix.size()) != prefix) return false;
  const std::string_view process = name.substr(prefix.size());
  return std::all_of(process.begin(), process.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void remove_abandoned_temporaries(const Folder& folder, std::string_view target) {
  for (const std::string& name : folder.names()) {
    if (!is_temporary_of(name, target)) continue;
    const FileDescriptor file(::openat(folder.descriptor(), name.c_str(),
                                       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file || !try_lock(file)) continue;
    struct stat locked;
    struct stat named;
    // The name may meanwhile be that of a new writer's file.
    if (::fstat(file.get(), &locked) == 0 &&
        ::fstatat(folder.descriptor(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
        is_same_file(locked, named)) {
      ::unlinkat(folder.descriptor(), name.c_str(), 0);
    }
  }
}

}  // namespace vgan
