// Memory between two pages that no one may touch: a read or write past its ends stops the test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include <sys/mman.h>
#include <unistd.h>

namespace vgan::testing {

/// Which end of the memory lies at a page that no one may touch.
enum class Edge : std::uint8_t { front, back };

/// `bytes` of zeros, flush with the page before it or with the page after it.
class GuardedMemory {
 public:
  GuardedMemory(std::size_t bytes, Edge edge) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t inner = (bytes + page - 1) / page * page;
    size_ = inner + 2 * page;
    whole_ = mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (whole_ == MAP_FAILED) throw std::runtime_error("no memory for guarded pages");
    std::byte* usable = static_cast<std::byte*>(whole_) + page;
    if (inner > 0 && mprotect(usable, inner, PROT_READ | PROT_WRITE) != 0) {
      munmap(whole_, size_);
      throw std::runtime_error("no access to the pages between the guarded ones");
    }
    data_ = edge == Edge::front ? usable : usable + (inner - bytes);
  }
  ~GuardedMemory() { munmap(whole_, size_); }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  void* data() const { return data_; }

 private:
  void* whole_ = nullptr;
  std::size_t size_ = 0;
  std::byte* data_ = nullptr;
};

}  // namespace vgan::testing
