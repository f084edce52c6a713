// What the executor's tests share: device numbers, streams, and a clean executor for each case.
#pragma once

#include <cuda_runtime.h>

#include <string>
#include <vector>

#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"

#define SIMT_OK(call) REQUIRE((call) == cudaSuccess)

#define NEEDS_HOOKS()                                  \
  if (!simt::has_memory_hooks())                       \
  VGAN_SKIP(                                           \
      "kernels are compiled without the memory hooks " \
      "(AddressSanitizer build)")

namespace vgan::simt_tests {

/// Starts from a seed, and forgets what the test left behind.
struct Clean {
  explicit Clean(std::uint64_t seed = 1) { simt::reset(seed); }
  ~Clean() { simt::reset(); }
};

struct Stream {
  Stream() { SIMT_OK(cudaStreamCreateWithFlags(&handle, cudaStreamNonBlocking)); }
  ~Stream() { cudaStreamDestroy(handle); }
  operator cudaStream_t() const { return handle; }
  cudaStream_t handle = nullptr;
};

struct Event {
  Event() { SIMT_OK(cudaEventCreateWithFlags(&handle, cudaEventDisableTiming)); }
  ~Event() { cudaEventDestroy(handle); }
  operator cudaEvent_t() const { return handle; }
  cudaEvent_t handle = nullptr;
};

template <class T>
class DeviceValues {
 public:
  explicit DeviceValues(std::size_t count) : count_(count) {
    SIMT_OK(cudaMalloc(&data_, count * sizeof(T)));
  }
  explicit DeviceValues(const std::vector<T>& values) : DeviceValues(values.size()) {
    SIMT_OK(cudaMemcpy(data_, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
  }
  ~DeviceValues() { cudaFree(data_); }
  DeviceValues(const DeviceValues&) = delete;
  DeviceValues& operator=(const DeviceValues&) = delete;

  T* data() const { return data_; }
  int size() const { return static_cast<int>(count_); }
  /// After everything that is queued.
  std::vector<T> get() const {
    std::vector<T> values(count_);
    SIMT_OK(cudaDeviceSynchronize());
    SIMT_OK(cudaMemcpy(values.data(), data_, count_ * sizeof(T), cudaMemcpyDeviceToHost));
    return values;
  }

 private:
  std::size_t count_;
  T* data_ = nullptr;
};

/// The one finding that `call` leads to; "" if there is none.
template <class Call>
std::string finding_of(Call call) {
  call();
  cudaDeviceSynchronize();
  const std::vector<simt::Finding> findings = simt::take_findings();
  return findings.empty() ? "" : findings.front().what();
}

}  // namespace vgan::simt_tests
