// Matrices and vectors in device memory for tests of the launchers alone, with the runtime and no
// engine: any stride, any offset, NaN wherever there is no element.
#pragma once

#include <cuda_runtime_api.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/cuda/scratch.hpp"
#include "kernels/view.hpp"

namespace vgan::testing {

inline void require_cuda(cudaError_t status) {
  if (status != cudaSuccess) throw std::runtime_error(cudaGetErrorString(status));
}

/// Where a matrix is: elements between the end of a row and the next, and before the first.
struct Place {
  std::int64_t padding = 0;
  std::int64_t offset = 0;
};

class CudaMatrix {
 public:
  CudaMatrix(std::int64_t rows, std::int64_t cols, ElementType type = ElementType::f32,
             Place place = {})
      : stride_(cols + place.padding),
        offset_(place.offset),
        count_(offset_ + rows * stride_),
        ref_{nullptr, type, rows, cols, stride_} {
    require_cuda(cudaMalloc(&memory_, bytes()));
    ref_.data = static_cast<std::byte*>(memory_) + offset_ * static_cast<std::int64_t>(size());
    upload(std::vector<double>(static_cast<std::size_t>(count_), std::nan("")));
  }
  CudaMatrix(std::int64_t rows, std::int64_t cols, const std::vector<double>& values,
             ElementType type = ElementType::f32, Place place = {})
      : CudaMatrix(rows, cols, type, place) {
    set(values);
  }
  ~CudaMatrix() { cudaFree(memory_); }
  CudaMatrix(const CudaMatrix&) = delete;
  CudaMatrix& operator=(const CudaMatrix&) = delete;

  void set(const std::vector<double>& values) {
    std::vector<double> all(static_cast<std::size_t>(count_), std::nan(""));
    for (std::size_t i = 0; i < values.size(); ++i) all[where(i)] = values[i];
    upload(all);
  }
  /// After everything that is queued.
  std::vector<double> get() const {
    std::vector<unsigned char> host(bytes());
    require_cuda(cudaDeviceSynchronize());
    require_cuda(cudaMemcpy(host.data(), memory_, host.size(), cudaMemcpyDeviceToHost));
    std::vector<double> values(static_cast<std::size_t>(ref_.rows * ref_.cols));
    for (std::size_t i = 0; i < values.size(); ++i) {
      float value = 0.0F;
      math::BFloat16 half{};
      if (ref_.type == ElementType::f32) std::memcpy(&value, &host[4 * where(i)], 4);
      if (ref_.type == ElementType::bf16) {
        std::memcpy(&half, &host[2 * where(i)], 2);
        value = math::to_float(half);
      }
      values[i] = value;
    }
    return values;
  }

  MatrixRef ref() const { return ref_; }
  MatrixView<float> view() const { return ref_.as<float>(); }
  /// All of a matrix without padding.
  VectorView<float> vector() const {
    return {static_cast<float*>(ref_.data), ref_.rows * ref_.cols};
  }
  VectorView<math::BFloat16> halves() const {
    return {static_cast<math::BFloat16*>(ref_.data), ref_.rows * ref_.cols};
  }

 private:
  std::size_t size() const { return element_size(ref_.type); }
  std::size_t bytes() const { return static_cast<std::size_t>(count_) * size(); }
  std::size_t where(std::size_t i) const {
    const auto cols = static_cast<std::size_t>(ref_.cols);
    return static_cast<std::size_t>(offset_) + i / cols * static_cast<std::size_t>(stride_) +
           i % cols;
  }
  void upload(const std::vector<double>& all) {
    std::vector<unsigned char> host(bytes());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto value = static_cast<float>(all[i]);
      const math::BFloat16 half = math::to_bfloat16(value);
      if (ref_.type == ElementType::f32) std::memcpy(&host[4 * i], &value, 4);
      if (ref_.type == ElementType::bf16) std::memcpy(&host[2 * i], &half, 2);
    }
    require_cuda(cudaMemcpy(memory_, host.data(), host.size(), cudaMemcpyHostToDevice));
  }

  void* memory_ = nullptr;
  std::int64_t stride_;
  std::int64_t offset_;
  std::int64_t count_;
  MatrixRef ref_;
};

/// One value of a struct in device memory.
template <class T>
class CudaValue {
 public:
  explicit CudaValue(const T& value) {
    require_cuda(cudaMalloc(&data_, sizeof(T)));
    require_cuda(cudaMemcpy(data_, &value, sizeof(T), cudaMemcpyHostToDevice));
  }
  ~CudaValue() { cudaFree(data_); }
  CudaValue(const CudaValue&) = delete;
  CudaValue& operator=(const CudaValue&) = delete;

  T* data() const { return static_cast<T*>(data_); }
  T get() const {
    T value{};
    require_cuda(cudaDeviceSynchronize());
    require_cuda(cudaMemcpy(&value, data_, sizeof(T), cudaMemcpyDeviceToHost));
    return value;
  }

 private:
  void* data_ = nullptr;
};

/// Scratch of NaN, as much as is asked for; what was there before is freed.
class TestScratch final : public cuda::Scratch {
 public:
  TestScratch() = default;
  ~TestScratch() override { cudaFree(memory_); }
  TestScratch(const TestScratch&) = delete;
  TestScratch& operator=(const TestScratch&) = delete;

  /// Bytes that were taken in all.
  std::int64_t taken() const { return taken_; }

 private:
  void* take_bytes(std::size_t bytes) override {
    require_cuda(cudaDeviceSynchronize());
    cudaFree(memory_);
    require_cuda(cudaMalloc(&memory_, bytes));
    require_cuda(cudaMemset(memory_, 0xFF, bytes));
    taken_ += static_cast<std::int64_t>(bytes);
    return memory_;
  }

  void* memory_ = nullptr;
  std::int64_t taken_ = 0;
};

}  // namespace vgan::testing
