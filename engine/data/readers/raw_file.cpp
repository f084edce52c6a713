#include "engine/data/readers/raw_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/files/standard_input.hpp"

namespace vgan {
namespace {

std::string system_message(int error) { return std::generic_category().message(error); }

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISSOCK(mode)) return "a socket";
  return "something that is not a file";
}

}  // namespace

RawFile::RawFile(std::filesystem::path path, std::string what)
    : path_(std::move(path)), name_(input_name(path_)), what_(std::move(what)) {
  open();
}

void RawFile::open() {
  struct stat info {};
  const auto refuse_kind = [&] {
    fail_io(kind_of(info.st_mode), "a regular file", "give the path of the file itself");
  };
  if (path_ == standard_input_word) {
    file_ = standard_input_file(what_);
  } else {
    if (::stat(path_.c_str(), &info) != 0) {
      fail_io(system_message(errno), "a readable file", "check the path");
    }
    if (!S_ISREG(info.st_mode)) refuse_kind();
    // O_NONBLOCK: were the file swapped for a FIFO since stat, open would still return.
    owned_ = FileDescriptor(
        uninterrupted([&] { return ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); }));
    if (!owned_) {
      const char* remedy =
          errno == EACCES ? "give yourself read permission (chmod u+r)" : "check the path";
      fail_io(system_message(errno), "a readable file", remedy);
    }
    file_ = owned_.get();
  }
  if (::fstat(file_, &info) != 0) fail_io(system_message(errno), "a readable file", "");
  if (!S_ISREG(info.st_mode)) refuse_kind();
  size_ = static_cast<std::uint64_t>(info.st_size);
  if (size_ == 0) {
    fail(0, "an empty file", "data",
         path_ == standard_input_word ? "pipe the data in" : "download or write it again");
  }
}

std::string RawFile::system_path() const {
  return path_ == standard_input_word ? "/proc/self/fd/" + std::to_string(file_) : path_.string();
}

std::size_t RawFile::read_at(void* to, std::size_t bytes, std::uint64_t offset) const {
  std::size_t total = 0;
  while (total < bytes) {
    const ssize_t got = uninterrupted([&] {
      return ::pread(file_, static_cast<char*>(to) + total, bytes - total,
                     static_cast<off_t>(offset + total));
    });
    if (got < 0) fail_io(system_message(errno), "a readable file", "copy it to another disk");
    if (got == 0) break;
    total += static_cast<std::size_t>(got);
  }
  return total;
}

void RawFile::fail(std::uint64_t offset, std::string found, std::string allowed,
                   std::string remedy) const {
  throw Error(ErrorCode::bad_data, {what_, name_ + ", byte " + std::to_string(offset),
                                    std::move(found), std::move(allowed), std::move(remedy)});
}

void RawFile::fail_io(std::string found, std::string allowed, std::string remedy) const {
  throw Error(ErrorCode::io,
              {what_, name_, std::move(found), std::move(allowed), std::move(remedy)});
}

}  // namespace vgan
