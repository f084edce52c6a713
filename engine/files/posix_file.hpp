// What the file readers and writers share: an owned descriptor, and the system's refusals as Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "engine/error.hpp"

namespace vgan {

/// Owns one POSIX file descriptor; -1 is none.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int value) : value_(value) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      reset();
      value_ = std::exchange(other.value_, -1);
    }
    return *this;
  }

  int get() const { return value_; }
  explicit operator bool() const { return value_ >= 0; }
  void reset() noexcept;
  /// Closes and says whether the system could; false leaves the reason in errno.
  bool close() noexcept;

 private:
  int value_ = -1;
};

/// An Error of code io: "WHAT: PATH: found STRERROR; REMEDY", with `error` an errno value.
Error io_error(const std::string& what, const std::filesystem::path& path, int error);

/// Opens a regular file for reading and stores its size in bytes. Never waits on a FIFO.
/// Throws Error io where the system refuses or `path` is not a regular file.
FileDescriptor open_regular_file(const std::filesystem::path& path, std::uint64_t& size);

/// Reads exactly `n` bytes at `offset`. Throws Error io where the system refuses, bad_data where
/// the file has fewer bytes than it had when it was opened.
void read_exactly(const FileDescriptor& file, const std::filesystem::path& path, void* to,
                  std::size_t n, std::uint64_t offset);

}  // namespace vgan
