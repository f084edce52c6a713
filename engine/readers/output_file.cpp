#include "engine/readers/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include "engine/error.hpp"

namespace vgan {
namespace {

std::atomic<unsigned> temporary_number{0};

const char* remedy_for(int error) {
  switch (error) {
    case ENOENT: return "make the folder first";
    case EACCES:
    case EPERM:
    case EROFS: return "write to a folder that is yours";
    case ENOSPC:
    case EDQUOT: return "free some space or write to another disk";
    case EFBIG: return "raise the file size limit (ulimit -f) or write to another disk";
    default: return "write to another place";
  }
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path path, std::string what)
    : path_(std::move(path)), target_(path_), what_(std::move(what)) {
  std::error_code error;
  if (std::filesystem::is_symlink(path_, error)) {
    const auto followed = std::filesystem::canonical(path_, error);
    if (!error) target_ = followed;
  }
  struct stat info {};
  if (::stat(target_.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    throw Error(ErrorCode::io, {what_, path_.string(),
                                S_ISDIR(info.st_mode) ? "a folder" : "something that is no file",
                                "a new name or a regular file", "give another name"});
  }
  make_temporary();
}

OutputFile::~OutputFile() {
  if (file_ >= 0) ::close(file_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::make_temporary() {
  do {
    const std::string name = ".vgan-" + std::to_string(::getpid()) + "-" +
                             std::to_string(temporary_number.fetch_add(1)) + ".tmp";
    temporary_ = target_.parent_path() / name;
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (file_ < 0 && (errno == EEXIST || errno == EINTR));
  if (file_ < 0) {
    const int error = errno;
    temporary_.clear();
    fail(error, remedy_for(error));
  }
}

void OutputFile::write(const void* data, std::size_t bytes) {
  const auto* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t wrote = ::write(file_, at, bytes);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) fail(errno, remedy_for(errno));
    at += wrote;
    bytes -= static_cast<std::size_t>(wrote);
  }
}

void OutputFile::commit() {
  if (::fsync(file_) != 0) fail(errno, remedy_for(errno));
  if (::close(std::exchange(file_, -1)) != 0) fail(errno, remedy_for(errno));
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(errno, remedy_for(errno));
  temporary_.clear();
  const auto parent = target_.has_parent_path() ? target_.parent_path() : ".";
  const int folder = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;  // a folder that may be written but not read: the rename stands
  const int status = ::fsync(folder);
  const int error = errno;
  ::close(folder);
  if (status != 0 && error != EINVAL) fail(error, remedy_for(error));  // EINVAL: cannot be synced
}

void OutputFile::fail(int error, std::string remedy) const {
  throw Error(ErrorCode::io, {what_, path_.string(), std::generic_category().message(error), "",
                              std::move(remedy)});
}

}  // namespace vgan
