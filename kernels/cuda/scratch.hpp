// Device memory that an operation uses beside its operands.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vgan::cuda {

/// The scratch of a queue: one operation's at a time.
class Scratch {
 public:
  virtual ~Scratch() = default;

  /// Room for `count` of T. Throws where there is no memory.
  template <class T>
  T* take(std::int64_t count) {
    return static_cast<T*>(take_bytes(static_cast<std::size_t>(count) * sizeof(T)));
  }

 private:
  virtual void* take_bytes(std::size_t bytes) = 0;
};

/// For operations that take none.
class NoScratch final : public Scratch {
  void* take_bytes(std::size_t) override { return nullptr; }
};

}  // namespace vgan::cuda
