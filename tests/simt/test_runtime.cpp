// What engine/device/cuda is promised by the runtime: order, copies, memory, faults.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "tests/simt/planted.hpp"
#include "tests/simt/test_fixture.hpp"

namespace vgan::simt_tests {
namespace {

constexpr int count = 1000;
constexpr std::uint64_t seeds = 32;

// b = a * 2 + 1 on one stream, then b is copied on another; the edge between may be missing.
bool copy_sees_the_product(std::uint64_t seed, bool with_edge, int work_before) {
  const Clean clean(seed);
  const Stream producer;
  const Stream consumer;
  const Event ready;
  const DeviceValues<float> a(std::vector<float>(count, 1.0F));
  const DeviceValues<float> b(std::vector<float>(count, 0.0F));
  const DeviceValues<float> other(std::vector<float>(count, 0.0F));
  for (int i = 0; i < work_before; ++i) SIMT_OK(scale_add(consumer, other.data(), count, 1, 1));
  SIMT_OK(scale_add(producer, a.data(), count, 2.0F, 1.0F));
  SIMT_OK(cudaEventRecord(ready, producer));
  if (with_edge) SIMT_OK(cudaStreamWaitEvent(consumer, ready));
  SIMT_OK(copy_values(consumer, a.data(), b.data(), count));
  SIMT_OK(cudaStreamSynchronize(consumer));
  return b.get()[count - 1] == 3.0F;
}

TEST_CASE("simt: a missing edge between two streams is found within 32 seeds", "[simt]") {
  for (const int work_before : {0, 1, 10}) {
    int wrong = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      CHECK(copy_sees_the_product(seed, true, work_before));
      wrong += !copy_sees_the_product(seed, false, work_before);
    }
    INFO("work before: " << work_before);
    CHECK(wrong > 0);
    CHECK(wrong < static_cast<int>(seeds));  // the order is random, not the other way round
  }
}

TEST_CASE("simt: a seed means the same order each time", "[simt]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CHECK(copy_sees_the_product(seed, false, 3) == copy_sees_the_product(seed, false, 3));
  }
}

TEST_CASE("simt: a stream keeps its own order, and runs when somebody waits", "[simt]") {
  const Clean clean;
  const Stream stream;
  const DeviceValues<float> values(std::vector<float>(count, 1.0F));
  SIMT_OK(scale_add(stream, values.data(), count, 2.0F, 0.0F));
  SIMT_OK(scale_add(stream, values.data(), count, 1.0F, 1.0F));
  CHECK(simt::launched_kernels().empty());
  SIMT_OK(cudaStreamSynchronize(stream));
  CHECK(simt::launched_kernels().begin()->second == 2);
  CHECK(values.get()[0] == 3.0F);
}

TEST_CASE("simt: pageable memory is read at the call, pinned memory when the copy runs", "[simt]") {
  const Clean clean;
  const Stream stream;
  const DeviceValues<float> from_pageable(1);
  const DeviceValues<float> from_pinned(1);
  float pageable = 1.0F;
  float* pinned = nullptr;
  SIMT_OK(cudaMallocHost(&pinned, sizeof(float)));
  *pinned = 1.0F;
  SIMT_OK(cudaMemcpyAsync(from_pageable.data(), &pageable, 4, cudaMemcpyHostToDevice, stream));
  SIMT_OK(cudaMemcpyAsync(from_pinned.data(), pinned, 4, cudaMemcpyHostToDevice, stream));
  pageable = *pinned = 2.0F;
  CHECK(from_pageable.get()[0] == 1.0F);
  CHECK(from_pinned.get()[0] == 2.0F);

  // Down to pinned memory the call returns first; down to pageable memory it has happened.
  *pinned = 0.0F;
  SIMT_OK(cudaMemcpyAsync(pinned, from_pinned.data(), 4, cudaMemcpyDeviceToHost, stream));
  CHECK(*pinned == 0.0F);
  SIMT_OK(cudaMemcpyAsync(&pageable, from_pageable.data(), 4, cudaMemcpyDeviceToHost, stream));
  CHECK(pageable == 1.0F);
  CHECK(*pinned == 2.0F);
  SIMT_OK(cudaFreeHost(pinned));
}

TEST_CASE("simt: copies and fills out of range are refused", "[simt]") {
  const Clean clean;
  const DeviceValues<float> values(10);
  float host[16] = {};
  CHECK(cudaMemcpyAsync(values.data(), host, 44, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
  CHECK(cudaMemcpyAsync(values.data(), host, 4, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
  CHECK(cudaMemsetAsync(values.data() + 9, 0, 8) == cudaErrorInvalidValue);
  CHECK(cudaMemsetAsync(host, 0, 4) == cudaErrorInvalidValue);
  CHECK(cudaFree(values.data() + 1) == cudaErrorInvalidValue);
  SIMT_OK(cudaMemsetAsync(values.data(), 0, 40));
  CHECK(values.get()[9] == 0.0F);
  CHECK(cudaGetLastError() == cudaErrorInvalidValue);
  SIMT_OK(cudaGetLastError());
}

TEST_CASE("simt: device memory has a capacity", "[simt]") {
  const Clean clean;
  simt::set_memory(1 << 20);
  std::size_t free_bytes = 0;
  std::size_t total = 0;
  void* pointer = nullptr;
  CHECK(cudaMalloc(&pointer, (1 << 20) + 1) == cudaErrorMemoryAllocation);
  CHECK(pointer == nullptr);
  SIMT_OK(cudaMalloc(&pointer, 1 << 19));
  SIMT_OK(cudaMemGetInfo(&free_bytes, &total));
  CHECK(total == 1 << 20);
  CHECK(free_bytes <= 1 << 19);
  CHECK(reinterpret_cast<std::uintptr_t>(pointer) % 256 == 0);
  SIMT_OK(cudaFree(pointer));
  SIMT_OK(cudaMalloc(&pointer, 900000));
  SIMT_OK(cudaFree(pointer));
}

TEST_CASE("simt: the host cannot touch device memory", "[simt]") {
  const Clean clean;
  const DeviceValues<float> values(std::vector<float>(8, 1.0F));
  SIMT_OK(cudaDeviceSynchronize());
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGSEGV, SIG_DFL);
    _exit(*static_cast<volatile float*>(values.data()) == 1.0F ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGSEGV);
}

TEST_CASE("simt: queries make progress and say when all is done", "[simt]") {
  const Clean clean;
  const Stream stream;
  const Event done;
  const DeviceValues<float> values(std::vector<float>(8, 1.0F));
  for (int i = 0; i < 5; ++i) SIMT_OK(scale_add(stream, values.data(), 8, 2.0F, 0.0F));
  SIMT_OK(cudaEventRecord(done, stream));
  CHECK(cudaEventQuery(done) == cudaErrorNotReady);
  int polls = 0;
  while (cudaStreamQuery(stream) == cudaErrorNotReady && polls < 100) ++polls;
  CHECK(polls < 100);
  SIMT_OK(cudaEventQuery(done));
  SIMT_OK(cudaGetLastError());
  CHECK(values.get()[0] == 32.0F);
}

TEST_CASE("simt: events measure time", "[simt]") {
  const Clean clean;
  const Stream stream;
  cudaEvent_t start = nullptr;
  cudaEvent_t end = nullptr;
  SIMT_OK(cudaEventCreate(&start));
  SIMT_OK(cudaEventCreate(&end));
  SIMT_OK(cudaEventRecord(start, stream));
  SIMT_OK(cudaEventRecord(end, stream));
  float milliseconds = -1.0F;
  CHECK(cudaEventElapsedTime(&milliseconds, start, end) == cudaErrorNotReady);
  SIMT_OK(cudaEventSynchronize(end));
  SIMT_OK(cudaEventElapsedTime(&milliseconds, start, end));
  CHECK(milliseconds >= 0.0F);
  SIMT_OK(cudaEventDestroy(start));
  SIMT_OK(cudaEventDestroy(end));
}

TEST_CASE("simt: stale handles are errors", "[simt]") {
  const Clean clean;
  cudaStream_t stream = nullptr;
  cudaEvent_t event = nullptr;
  SIMT_OK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  SIMT_OK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  SIMT_OK(cudaStreamDestroy(stream));
  CHECK(cudaStreamDestroy(stream) == cudaErrorInvalidResourceHandle);
  CHECK(cudaStreamSynchronize(stream) == cudaErrorInvalidResourceHandle);
  CHECK(cudaEventRecord(event, stream) == cudaErrorInvalidResourceHandle);
  SIMT_OK(cudaEventDestroy(event));
  CHECK(cudaEventSynchronize(event) == cudaErrorInvalidResourceHandle);
}

TEST_CASE("simt: no device, and no driver", "[simt]") {
  const Clean clean;
  int devices = -1;
  void* pointer = nullptr;
  simt::set_device_count(0);
  CHECK(cudaGetDeviceCount(&devices) == cudaErrorNoDevice);
  CHECK(devices == 0);
  CHECK(cudaMalloc(&pointer, 4) == cudaErrorNoDevice);
  simt::set_device_count(2);
  simt::fail_call("cudaGetDeviceCount", cudaErrorInsufficientDriver);
  CHECK(cudaGetDeviceCount(&devices) == cudaErrorInsufficientDriver);
  SIMT_OK(cudaGetDeviceCount(&devices));
  CHECK(devices == 2);
  CHECK(cudaSetDevice(2) == cudaErrorInvalidDevice);
  cudaDeviceProp properties;
  SIMT_OK(cudaGetDeviceProperties(&properties, 1));
  CHECK(properties.totalGlobalMem == std::size_t{1} << 30);
  CHECK(std::string(cudaGetErrorName(cudaErrorInsufficientDriver)) ==
        "cudaErrorInsufficientDriver");
}

TEST_CASE("simt: any call fails on request, the (n + 1)-th time", "[simt]") {
  const Clean clean;
  void* pointer = nullptr;
  simt::fail_call("cudaMalloc", cudaErrorMemoryAllocation, 2);
  for (int i = 0; i < 2; ++i) {
    SIMT_OK(cudaMalloc(&pointer, 4));
    SIMT_OK(cudaFree(pointer));
  }
  CHECK(cudaMalloc(&pointer, 4) == cudaErrorMemoryAllocation);
  CHECK(cudaPeekAtLastError() == cudaErrorMemoryAllocation);
  CHECK(cudaGetLastError() == cudaErrorMemoryAllocation);
  SIMT_OK(cudaMalloc(&pointer, 4));
  SIMT_OK(cudaFree(pointer));
}

TEST_CASE("simt: a sticky error is what every later call returns", "[simt]") {
  const Clean clean;
  const Stream stream;
  void* pointer = nullptr;
  simt::fail_call("cudaStreamSynchronize", cudaErrorIllegalAddress);
  CHECK(cudaStreamSynchronize(stream) == cudaErrorIllegalAddress);
  CHECK(cudaMalloc(&pointer, 4) == cudaErrorIllegalAddress);
  CHECK(cudaGetLastError() == cudaErrorIllegalAddress);
  CHECK(cudaGetLastError() == cudaErrorIllegalAddress);
  CHECK(std::string(cudaGetErrorString(cudaErrorIllegalAddress)) ==
        "an illegal memory access was encountered");
  simt::reset();
  SIMT_OK(cudaStreamSynchronize(stream));
}

TEST_CASE("simt: a fault inside queued work shows at the next wait", "[simt]") {
  const Clean clean;
  const Stream stream;
  const DeviceValues<float> values(std::vector<float>(8, 1.0F));
  simt::fail_work("scale_add", cudaErrorIllegalAddress, 1);
  SIMT_OK(scale_add(stream, values.data(), 8, 2.0F, 0.0F));
  SIMT_OK(scale_add(stream, values.data(), 8, 2.0F, 0.0F));
  CHECK(cudaStreamSynchronize(stream) == cudaErrorIllegalAddress);
  CHECK(simt::launched_kernels().begin()->second == 1);
  simt::reset();
  CHECK(values.get()[0] == 2.0F);
}

TEST_CASE("simt: a stream that nobody waits for still runs on", "[simt]") {
  const Clean clean;
  const Stream stream;
  const DeviceValues<float> values(std::vector<float>(1, 0.0F));
  for (int i = 0; i < 20000; ++i) SIMT_OK(scale_add(stream, values.data(), 1, 1.0F, 1.0F));
  CHECK(simt::launched_kernels().begin()->second >= 15000);
  CHECK(values.get()[0] == 20000.0F);
}

}  // namespace
}  // namespace vgan::simt_tests
