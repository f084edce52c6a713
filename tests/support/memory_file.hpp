// A file in memory, for tests that read many small ones.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <string>

namespace vgan::testing {

/// A file in memory, by its path.
class MemoryFile {
 public:
  MemoryFile() : file_(::memfd_create("test", 0)) {}
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }
  /// Replaces what the file holds.
  void put(const void* data, std::size_t bytes) const {
    const bool held = ::ftruncate(file_, 0) == 0 &&
                      ::pwrite(file_, data, bytes, 0) == static_cast<ssize_t>(bytes);
    if (!held) std::abort();
  }
  void put(const std::string& text) const { put(text.data(), text.size()); }

 private:
  int file_;
};

}  // namespace vgan::testing
