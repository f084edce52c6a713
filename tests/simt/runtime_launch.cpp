// Kernel launches.
#include <map>

#include "tests/simt/contexts.hpp"
#include "tests/simt/control.hpp"
#include "tests/simt/executor.hpp"
#include "tests/simt/include/cuda_runtime.h"
#include "tests/simt/runtime.hpp"
#include "tests/simt/symbols.hpp"

namespace simt {

namespace {

constexpr std::size_t default_dynamic_bytes = 49152;  // more must be asked for, by kernel

std::map<const void*, int>& asked_dynamic_bytes() {
  static std::map<const void*, int> bytes;
  return bytes;
}

std::size_t allowed_dynamic_bytes(const void* kernel) {
  const auto found = asked_dynamic_bytes().find(kernel);
  return found == asked_dynamic_bytes().end() ? default_dynamic_bytes
                                              : static_cast<std::size_t>(found->second);
}

const std::string& kernel_name(const void* kernel) {
  static std::map<const void*, std::string> names;
  std::string& name = names[kernel];
  if (name.empty()) name = function_name(kernel);
  return name;
}

std::uint64_t volume(uint3 size) { return std::uint64_t{size.x} * size.y * size.z; }

LaunchShape shape_of(const cudaLaunchConfig_t& config) {
  LaunchShape shape{config.gridDim, config.blockDim, config.dynamicSmemBytes};
  for (unsigned i = 0; i < config.numAttrs; ++i) {
    const cudaLaunchAttribute& each = config.attrs[i];
    if (each.id == cudaLaunchAttributeCooperative) shape.cooperative = each.val.cooperative != 0;
    if (each.id == cudaLaunchAttributeProgrammaticStreamSerialization)
      shape.programmatic = each.val.programmaticStreamSerializationAllowed != 0 &&
                           kernel_runner().compute_capability >= 9;
    if (each.id == cudaLaunchAttributeClusterDimension)
      shape.cluster = {each.val.clusterDim.x, each.val.clusterDim.y, each.val.clusterDim.z};
  }
  return shape;
}

cudaError_t check_shape(const LaunchShape& shape, const void* kernel) {
  const uint3 grid = shape.grid;
  const uint3 block = shape.block;
  if (volume(grid) == 0 || grid.x > 2147483647U || grid.y > 65535 || grid.z > 65535 ||
      volume(block) == 0 || block.x > 1024 || block.y > 1024 || block.z > 64 ||
      volume(block) > 1024)
    return cudaErrorInvalidConfiguration;
  if (shape.dynamic_bytes > allowed_dynamic_bytes(kernel)) return cudaErrorInvalidValue;
  // Blocks of a cluster are taken along x: that is how this project shapes them.
  if (shape.cluster.x == 0 || grid.x % shape.cluster.x != 0 || shape.cluster.x > 8 ||
      shape.cluster.y != 1 || shape.cluster.z != 1)
    return cudaErrorInvalidConfiguration;
  if (shape.cooperative) {
    cudaDeviceProp device;
    const cudaError_t error = cudaGetDeviceProperties(&device, 0);
    if (error != cudaSuccess) return error;
    const auto room = static_cast<std::uint64_t>(device.maxThreadsPerMultiProcessor) *
                      static_cast<std::uint64_t>(device.multiProcessorCount);
    if (volume(grid) * volume(block) > room) return cudaErrorCooperativeLaunchTooLarge;
  }
  return cudaSuccess;
}

}  // namespace

cudaError_t launch(const cudaLaunchConfig_t& config, std::shared_ptr<const KernelCall> call) {
  return api("cudaLaunchKernelEx", [&]() -> cudaError_t {
    require_context();
    const bool of_other_device = exists(config.stream) && config.stream->device != current_device();
    if (of_other_device) return cudaErrorInvalidResourceHandle;
    const LaunchShape shape = shape_of(config);
    const cudaError_t error = check_shape(shape, call->kernel);
    if (error != cudaSuccess) return error;
    const std::string& name = kernel_name(call->kernel);
    const bool together = shape.cooperative || volume(shape.cluster) > 1;
    if (together && !kernel_runner().can_live_together(call->kernel)) {
      record_finding("kernel " + name +
                         ": blocks with static shared memory can run at the same "
                         "time only in a build with the memory hooks",
                     cudaErrorNotSupported);
      return cudaErrorNotSupported;
    }
    const auto kernel =
        std::make_shared<const KernelLaunch>(KernelLaunch{std::move(call), shape, name});
    return enqueue(config.stream, {name, {}, {}, kernel});
  });
}

}  // namespace simt

using namespace simt;

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value) {
  return api("cudaFuncSetAttribute", [&] {
    if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaSuccess;
    if (value < 0 || static_cast<std::size_t>(value) > max_dynamic_bytes)
      return cudaErrorInvalidValue;
    asked_dynamic_bytes()[kernel] = value;
    return cudaSuccess;
  });
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* kernel) {
  return api("cudaFuncGetAttributes", [&] {
    require_context();
    *attributes = {};
    for (const Symbol* each : variables_of(kernel)) attributes->sharedSizeBytes += each->bytes;
    attributes->maxThreadsPerBlock = 1024;
    attributes->numRegs = 32;
    attributes->ptxVersion = attributes->binaryVersion = 90;
    attributes->maxDynamicSharedSizeBytes = static_cast<int>(allowed_dynamic_bytes(kernel));
    return cudaSuccess;
  });
}

cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void*, int block_size,
                                                          std::size_t dynamic_bytes) {
  return api("cudaOccupancyMaxActiveBlocksPerMultiprocessor", [&] {
    if (block_size < 1 || block_size > 1024) return cudaErrorInvalidValue;
    const auto by_threads = 2048 / static_cast<std::size_t>(block_size);
    const auto by_memory = max_dynamic_bytes / std::max<std::size_t>(dynamic_bytes, 1);
    *blocks = static_cast<int>(std::min<std::size_t>({by_threads, by_memory, 32}));
    return cudaSuccess;
  });
}
