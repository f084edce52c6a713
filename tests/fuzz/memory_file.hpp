// What the fuzz targets share: a file in memory, and an end that the fuzzer takes for a finding.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace vgan::testing {

/// A file in memory, by its path.
class MemoryFile {
 public:
  MemoryFile() : file_(::memfd_create("fuzz", 0)) {}
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }
  void put(const void* data, std::size_t bytes) const {
    if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, data, bytes, 0) < 0) std::abort();
  }

 private:
  int file_;
};

[[noreturn]] inline void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

}  // namespace vgan::testing
