#include "engine/files/folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace vgan {
namespace {

namespace fs = std::filesystem;

FileDescriptor open_folder(int folder, const fs::path& name, const fs::path& path) {
  FileDescriptor file(uninterrupted(
      [&] { return ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!file) throw io_error("cannot open the folder", path, errno);
  return file;
}

bool stat_in(const Folder& folder, const std::string& name, struct stat& status, int flags = 0) {
  return ::fstatat(folder.descriptor(), name.c_str(), &status, flags) == 0;
}

// The folder above `path`; a user who may write there but not read it cannot flush it.
void sync_parent(const fs::path& path) {
  const fs::path above = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (::access(above.c_str(), R_OK) == 0) Folder(above).sync();
}

}  // namespace

const int FilePlace::working_folder = AT_FDCWD;

Folder::Folder(FileDescriptor file, fs::path path)
    : file_(std::move(file)), path_(std::move(path)) {}

Folder::Folder(const fs::path& path) : Folder(open_folder(AT_FDCWD, path, path), path) {}

Folder Folder::make(const fs::path& path) {
  std::vector<fs::path> missing;
  std::error_code ignored;
  // "a/b/" has the parent "a/b", which is the same folder.
  for (fs::path at = path; !at.empty() && !fs::exists(at, ignored); at = at.parent_path()) {
    if (at.has_filename()) missing.push_back(at);
  }
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    if (::mkdir(at->c_str(), 0777) == 0) {
      sync_parent(*at);
    } else if (errno != EEXIST) {
      throw io_error("cannot make a folder", *at, errno);
    }
  }
  return Folder(path);
}

Folder Folder::inside(const std::string& name) const {
  return Folder(open_folder(descriptor(), name, path_ / name), path_ / name);
}

std::optional<Folder> Folder::claim_inside(const std::string& name) const {
  if (::mkdirat(descriptor(), name.c_str(), 0777) != 0) {
    if (errno == EEXIST) return std::nullopt;
    throw io_error("cannot make a folder", path_ / name, errno);
  }
  sync();
  return inside(name);
}

Folder Folder::make_inside(const std::string& name) const {
  if (std::optional<Folder> made = claim_inside(name)) return *std::move(made);
  return inside(name);
}

fs::path Folder::present_path() const {
  struct stat mine;
  struct stat there;
  if (::fstat(descriptor(), &mine) != 0) return path_;
  if (::stat(path_.c_str(), &there) == 0 && mine.st_dev == there.st_dev &&
      mine.st_ino == there.st_ino) {
    return path_;
  }
  std::error_code error;
  const fs::path now = fs::read_symlink("/proc/self/fd/" + std::to_string(descriptor()), error);
  return error ? path_ : now;
}

std::vector<std::string> Folder::names() const {
  // A description of its own, so that nobody else's place in the list moves.
  FileDescriptor own = open_folder(descriptor(), ".", path_);
  const auto close = [](DIR* list) { ::closedir(list); };
  const std::unique_ptr<DIR, decltype(close)> list(::fdopendir(own.get()), close);
  if (!list) throw io_error("cannot list the folder", path_, errno);
  own.release();
  std::vector<std::string> found;
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(list.get());
    if (entry == nullptr) break;
    std::string name = entry->d_name;
    if (name != "." && name != "..") found.push_back(std::move(name));
  }
  if (errno != 0) throw io_error("cannot list the folder", path_, errno);
  std::sort(found.begin(), found.end());
  return found;
}

bool Folder::is_folder(const std::string& name) const {
  struct stat status;
  return stat_in(*this, name, status) && S_ISDIR(status.st_mode);
}

bool Folder::is_regular_file(const std::string& name) const {
  struct stat status;
  return stat_in(*this, name, status) && S_ISREG(status.st_mode);
}

bool Folder::has(const std::string& name) const {
  struct stat status;
  return stat_in(*this, name, status, AT_SYMLINK_NOFOLLOW);
}

std::uint64_t Folder::size_of(const std::string& name) const {
  struct stat status;
  return stat_in(*this, name, status) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

void Folder::remove(const std::string& name) const {
  const int removed = uninterrupted([&] { return ::unlinkat(descriptor(), name.c_str(), 0); });
  if (removed != 0 && errno != ENOENT) throw io_error("cannot remove", path_ / name, errno);
}

void Folder::move(const std::string& name, const Folder& to, const std::string& new_name) const {
  const int moved = uninterrupted(
      [&] { return ::renameat(descriptor(), name.c_str(), to.descriptor(), new_name.c_str()); });
  if (moved != 0) {
    throw io_error("cannot move " + (path_ / name).string() + " to", to.path() / new_name, errno);
  }
}

void Folder::sync() const {
  // EINVAL: a file system that has nothing to flush for a folder.
  if (uninterrupted([&] { return ::fsync(descriptor()); }) != 0 && errno != EINVAL) {
    throw io_error("cannot flush the folder", path_, errno);
  }
}

}  // namespace vgan
