// Device memory that an operation uses beside its operands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace vgan::cuda {

/// The scratch of a queue, for one operation at a time.
class Scratch {
 public:
  virtual ~Scratch() = default;

  /// Room for `count` of T, once in an operation and those that it runs itself: a second call may
  /// give the same memory again. Throws where there is none.
  template <class T>
  T* take(std::int64_t count) {
    return static_cast<T*>(take_bytes(static_cast<std::size_t>(count) * sizeof(T)));
  }

 private:
  virtual void* take_bytes(std::size_t bytes) = 0;
};

/// What operations are given that take none.
class NoScratch final : public Scratch {
  void* take_bytes(std::size_t) override { throw std::logic_error("an operation without scratch"); }
};

}  // namespace vgan::cuda
