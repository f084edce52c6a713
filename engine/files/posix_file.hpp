// What the file readers and writers share: an owned descriptor, and the system's refusals as Error.
#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

#include "engine/base/error.hpp"

namespace vgan {

/// Owns one POSIX file descriptor; -1 is none.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int value) : value_(value) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : value_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      reset();
      value_ = other.release();
    }
    return *this;
  }

  int get() const { return value_; }
  explicit operator bool() const { return value_ >= 0; }
  void reset() noexcept;
  /// Closes and says whether the system could; false leaves the reason in errno.
  bool close() noexcept;
  /// Gives the descriptor to the caller, who closes it.
  int release() noexcept { return std::exchange(value_, -1); }

 private:
  int value_ = -1;
};

/// Makes a system call again for as long as a signal interrupts it. Not for close(), which has
/// closed the descriptor even then.
template <class Call>
auto uninterrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

/// An Error of code io: "WHAT: PATH: found STRERROR; REMEDY", with `error` an errno value.
Error io_error(const std::string& what, const std::filesystem::path& path, int error);

/// Writes all `n` bytes to a file, pipe or device that `path` names in messages, which `what`
/// begins. Throws Error io where the system refuses or takes nothing.
void write_all(const FileDescriptor& file, const std::filesystem::path& path, const void* data,
               std::size_t n, const std::string& what);

}  // namespace vgan
