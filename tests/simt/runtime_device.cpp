// Devices, memory, copies.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "tests/simt/contexts.hpp"
#include "tests/simt/control.hpp"
#include "tests/simt/executor.hpp"
#include "tests/simt/memory.hpp"
#include "tests/simt/runtime.hpp"
#include "tests/simt/simt.hpp"

namespace simt {

namespace {

int device_count = 1;

constexpr int multiprocessors = 4;
constexpr int threads_per_multiprocessor = 2048;

cudaDeviceProp properties_now() {
  cudaDeviceProp p{};
  std::strcpy(p.name, "simt host executor");
  p.totalGlobalMem = device_capacity();
  p.sharedMemPerBlock = 49152;
  p.regsPerBlock = 65536;
  p.warpSize = warp_size;
  p.maxThreadsPerBlock = 1024;
  p.maxThreadsDim[0] = p.maxThreadsDim[1] = 1024;
  p.maxThreadsDim[2] = 64;
  p.maxGridSize[0] = 2147483647;
  p.maxGridSize[1] = p.maxGridSize[2] = 65535;
  p.major = kernel_runner().compute_capability;
  p.multiProcessorCount = multiprocessors;
  p.concurrentKernels = 1;
  p.asyncEngineCount = 3;
  p.unifiedAddressing = 1;
  p.memoryBusWidth = 4096;
  p.l2CacheSize = 1 << 22;
  p.maxThreadsPerMultiProcessor = threads_per_multiprocessor;
  p.sharedMemPerMultiprocessor = 233472;
  p.cooperativeLaunch = 1;
  p.sharedMemPerBlockOptin = max_dynamic_bytes;
  p.maxBlocksPerMultiProcessor = 32;
  p.reservedSharedMemPerBlock = 1024;
  p.clusterLaunch = 1;
  return p;
}

int attribute_of(const cudaDeviceProp& p, cudaDeviceAttr attribute) {
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock: return p.maxThreadsPerBlock;
    case cudaDevAttrMaxSharedMemoryPerBlock: return static_cast<int>(p.sharedMemPerBlock);
    case cudaDevAttrWarpSize: return p.warpSize;
    case cudaDevAttrClockRate: return 1000000;        // kHz
    case cudaDevAttrMemoryClockRate: return 1000000;  // kHz
    case cudaDevAttrMultiProcessorCount: return p.multiProcessorCount;
    case cudaDevAttrConcurrentKernels: return p.concurrentKernels;
    case cudaDevAttrGlobalMemoryBusWidth: return p.memoryBusWidth;
    case cudaDevAttrL2CacheSize: return p.l2CacheSize;
    case cudaDevAttrMaxThreadsPerMultiProcessor: return p.maxThreadsPerMultiProcessor;
    case cudaDevAttrComputeCapabilityMajor: return p.major;
    case cudaDevAttrComputeCapabilityMinor: return p.minor;
    case cudaDevAttrCooperativeLaunch: return p.cooperativeLaunch;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: return static_cast<int>(p.sharedMemPerBlockOptin);
    case cudaDevAttrMaxBlocksPerMultiprocessor: return p.maxBlocksPerMultiProcessor;
    case cudaDevAttrClusterLaunch: return p.clusterLaunch;
  }
  return -1;
}

/// Calls that could disturb a capture.
cudaError_t guarded_api(const char* name, const std::function<cudaError_t()>& body,
                        bool gives_back = false) {
  const auto guarded = [&] {
    require_context();
    const cudaError_t refused = refuse_in_capture();
    return refused != cudaSuccess ? refused : body();
  };
  return api(name, guarded, gives_back);
}

cudaError_t allocating_api(const char* name, const std::function<cudaError_t()>& body) {
  return api(name, [&] {
    const cudaError_t refused = refuse_making_in_capture();
    return refused != cudaSuccess ? refused : body();
  });
}

bool bad_range(const void* pointer, std::size_t bytes) {
  return is_device(pointer) && !device_range_problem(pointer, bytes).empty();
}

// The other side of a copy that is pageable: neither on the device nor pinned.
bool is_pageable(const void* pointer, std::size_t bytes) {
  return !is_device(pointer) && !is_pinned(pointer, bytes);
}

bool direction_fits(const void* to, const void* from, cudaMemcpyKind kind) {
  switch (kind) {
    case cudaMemcpyHostToHost: return !is_device(to) && !is_device(from);
    case cudaMemcpyHostToDevice: return is_device(to) && !is_device(from);
    case cudaMemcpyDeviceToHost: return !is_device(to) && is_device(from);
    case cudaMemcpyDeviceToDevice: return is_device(to) && is_device(from);
    case cudaMemcpyDefault: return true;
  }
  return false;
}

// A copy from pageable memory takes its source now, one to pageable memory is done when the call
// returns; every other copy reads and writes when it runs. In a graph all do.
cudaError_t copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                 cudaStream_t handle, bool wait) {
  if (bytes == 0) return cudaSuccess;
  if (to == nullptr || from == nullptr || bad_range(to, bytes) || bad_range(from, bytes) ||
      !direction_fits(to, from, kind))
    return cudaErrorInvalidValue;
  CUstream_st* stream = find_stream(handle);
  if (stream == nullptr) return cudaErrorInvalidResourceHandle;
  Work work{"cudaMemcpyAsync", [=] { std::memmove(to, from, bytes); }, {}};
  if (stream->capture != nullptr) return enqueue(handle, std::move(work));
  if (is_pageable(from, bytes) && is_device(to)) {
    const auto* source = static_cast<const char*>(from);
    const auto staged = std::make_shared<const std::vector<char>>(source, source + bytes);
    work.run = [=] { std::memcpy(to, staged->data(), bytes); };
  }
  OperationRef made;
  const cudaError_t error = enqueue(handle, std::move(work), &made);
  if (error == cudaSuccess && (wait || is_pageable(to, bytes))) run_until(made);
  return error;
}

}  // namespace

bool has_device(int device) { return device >= 0 && device < device_count; }

cudaError_t device_error() { return device_count == 0 ? cudaErrorNoDevice : cudaSuccess; }

void set_device_count(int count) {
  const std::lock_guard lock(runtime_mutex());
  device_count = count;
}

}  // namespace simt

using namespace simt;

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  return api("cudaGetDeviceCount", [&] {
    *count = device_count;
    return cudaSuccess;
  });
}

cudaError_t cudaGetDevice(int* device) {
  return api("cudaGetDevice", [&] {
    *device = current_device();
    return cudaSuccess;
  });
}

cudaError_t cudaSetDevice(int device) {
  return api("cudaSetDevice", [&] {
    if (!has_device(device)) return cudaErrorInvalidDevice;
    choose_device(device);
    return cudaSuccess;
  });
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  return api("cudaGetDeviceProperties", [&] {
    if (!has_device(device)) return cudaErrorInvalidDevice;
    *properties = properties_now();
    return cudaSuccess;
  });
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  return api("cudaDeviceGetAttribute", [&] {
    if (!has_device(device)) return cudaErrorInvalidDevice;
    *value = attribute_of(properties_now(), attribute);
    return *value < 0 ? cudaErrorInvalidValue : cudaSuccess;
  });
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = device_count == 0 ? 0 : CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
  return allocating_api("cudaMalloc", [&] {
    *pointer = nullptr;
    if (bytes == 0) return cudaSuccess;
    *pointer = allocate_device(bytes);
    return *pointer == nullptr ? cudaErrorMemoryAllocation : cudaSuccess;
  });
}

cudaError_t cudaFree(void* pointer) {
  return guarded_api(
      "cudaFree",
      [&] {
        if (pointer == nullptr) return cudaSuccess;
        run_all();
        return free_device(pointer) ? cudaSuccess : cudaErrorInvalidValue;
      },
      true);
}

cudaError_t cudaHostAlloc(void** pointer, std::size_t bytes, unsigned) {
  return allocating_api("cudaHostAlloc", [&] {
    *pointer = nullptr;
    if (bytes == 0) return cudaSuccess;
    *pointer = std::malloc(bytes);
    if (*pointer == nullptr) return cudaErrorMemoryAllocation;
    std::memset(*pointer, 0xFF, bytes);
    add_pinned(*pointer, bytes);
    return cudaSuccess;
  });
}

cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) {
  const cudaError_t error = api("cudaMallocHost", [] { return cudaSuccess; });
  return error != cudaSuccess ? error : cudaHostAlloc(pointer, bytes, cudaHostAllocDefault);
}

cudaError_t cudaFreeHost(void* pointer) {
  return guarded_api(
      "cudaFreeHost",
      [&] {
        if (pointer == nullptr) return cudaSuccess;
        run_all();
        if (!remove_pinned(pointer)) return cudaErrorInvalidValue;
        std::free(pointer);
        return cudaSuccess;
      },
      true);
}

cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total_bytes) {
  return api("cudaMemGetInfo", [&] {
    require_context();
    *total_bytes = device_capacity();
    *free_bytes = *total_bytes - std::min(*total_bytes, device_bytes_in_use());
    return cudaSuccess;
  });
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  return guarded_api("cudaMemcpy", [&] { return copy(to, from, bytes, kind, nullptr, true); });
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  return api("cudaMemcpyAsync", [&] { return copy(to, from, bytes, kind, stream, false); });
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  return api("cudaMemsetAsync", [&] {
    if (bytes == 0) return cudaSuccess;
    const bool known = is_device(to) ? !bad_range(to, bytes) : is_pinned(to, bytes);
    if (!known) return cudaErrorInvalidValue;
    return enqueue(stream, {"cudaMemsetAsync", [=] { std::memset(to, value, bytes); }, {}});
  });
}

cudaError_t cudaMemset(void* to, int value, std::size_t bytes) {
  return cudaMemsetAsync(to, value, bytes, nullptr);
}
