// Numbers, flags and structs of any plain type in device memory.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "tests/support/device.hpp"

namespace vgan::testing {

/// A rows x cols matrix of T in device memory with a gap between the rows, whose bytes are all
/// 0xFF: NaN, -1 or 255 for who reads them.
template <class T>
class DeviceArray {
 public:
  DeviceArray(Device& device, std::int64_t rows, std::int64_t cols, const std::vector<T>& values)
      : device_(&device),
        rows_(rows),
        cols_(cols),
        host_(bytes(), std::byte{0xFF}),
        buffer_(device.backend->allocate(bytes(), "a test array")) {
    for (std::int64_t i = 0; i < rows && cols > 0; ++i) {
      std::memcpy(row(i), values.data() + i * cols, static_cast<std::size_t>(cols) * sizeof(T));
    }
    device.backend->upload(*device.queue, host_.data(), bytes(), buffer_.data());
    device.queue->synchronise();
  }
  /// Numbers that are all `value`.
  DeviceArray(Device& device, std::int64_t rows, std::int64_t cols, T value = T{})
      : DeviceArray(device, rows, cols,
                    std::vector<T>(static_cast<std::size_t>(rows * cols), value)) {}
  /// A vector.
  DeviceArray(Device& device, const std::vector<T>& values)
      : DeviceArray(device, 1, static_cast<std::int64_t>(values.size()), values) {}

  MatrixView<T> view() const { return {data(), rows_, cols_, cols_ + gap}; }
  VectorView<T> vector() const { return {data(), cols_}; }
  T* data() const { return buffer_.template as<T>(); }

  /// The numbers; fails the test where something was written between the rows.
  std::vector<T> get() {
    device_->backend->download(*device_->queue, buffer_.data(), bytes(), host_.data());
    device_->queue->synchronise();
    std::vector<T> values(static_cast<std::size_t>(rows_ * cols_));
    bool kept = true;
    for (std::int64_t i = 0; i < rows_; ++i) {
      const std::byte* const from = row(i);
      const std::size_t size = static_cast<std::size_t>(cols_) * sizeof(T);
      if (size > 0) std::memcpy(values.data() + i * cols_, from, size);
      for (std::size_t k = 0; k < gap * sizeof(T); ++k) {
        kept = kept && from[size + k] == std::byte{0xFF};
      }
    }
    INFO("written between the rows");
    REQUIRE(kept);
    return values;
  }

 private:
  static constexpr std::int64_t gap = 3;

  std::size_t bytes() const { return static_cast<std::size_t>(rows_ * (cols_ + gap)) * sizeof(T); }
  std::byte* row(std::int64_t i) {
    return host_.data() + static_cast<std::size_t>(i * (cols_ + gap)) * sizeof(T);
  }

  Device* device_;
  std::int64_t rows_, cols_;
  std::vector<std::byte> host_;
  Buffer buffer_;
};

/// Reproducible floats in [-scale, scale].
inline std::vector<float> random_floats(std::int64_t count, std::uint64_t seed,
                                        double scale = 1.0) {
  std::vector<float> values;
  for (const double value : random_values(count, seed)) {
    values.push_back(static_cast<float>(value * scale));
  }
  return values;
}

/// Reproducible whole numbers in [0, below).
template <class T>
std::vector<T> random_below(std::int64_t count, std::uint64_t seed, double below) {
  std::vector<T> values;
  for (const double value : random_values(count, seed)) {
    values.push_back(static_cast<T>((value + 1.0) * 0.499999 * below));
  }
  return values;
}

}  // namespace vgan::testing
