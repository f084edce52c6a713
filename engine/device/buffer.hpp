// Owned device memory. Views of it are the plain structs of kernels/view.hpp.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace vgan {

/// Gives memory back where it came from. Never throws.
class Memory {
 public:
  virtual ~Memory() = default;
  virtual void release(void* data, std::size_t bytes) noexcept = 0;
};

/// A block of device memory, 64-byte aligned, zeroed when made. Moves, does not copy.
class Buffer {
 public:
  Buffer() = default;
  Buffer(void* data, std::size_t bytes, std::shared_ptr<Memory> memory)
      : data_(data), bytes_(bytes), memory_(std::move(memory)) {}
  ~Buffer() { reset(); }
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer(std::move(other)).swap(*this);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }
  void swap(Buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(memory_, other.memory_);
  }
  void reset() noexcept {
    if (memory_) memory_->release(data_, bytes_);
    data_ = nullptr;
    bytes_ = 0;
    memory_.reset();
  }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
  std::shared_ptr<Memory> memory_;
};

}  // namespace vgan
