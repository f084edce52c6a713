// Which CUDA devices there are: for `auto` and `doctor`.
#include <string>
#include <vector>

#include <cuda_runtime_api.h>

#include "engine/device/callers_device.hpp"
#include "engine/device/cuda/cuda_driver.hpp"
#include "engine/device/cuda/cuda_error.hpp"
#include "engine/device/cuda/cuda_libraries.hpp"
#include "engine/device/cuda/cuda_targets.hpp"
#include "engine/device/devices.hpp"
#include "kernels/cuda/operations.hpp"

namespace vgan {
namespace {

DeviceStatus absent(const std::string& name, cudaError_t status) {
  const char* reason = cuda::reason_without_device(status);
  std::string detail = reason != nullptr ? reason : cudaGetErrorString(status);
  detail += "; CUDA says " + std::string(cudaGetErrorName(status)) + " (" +
            std::to_string(static_cast<int>(status)) + ")";
  return {name, false, detail};
}

// Kernels are compiled for compute capability 8.0 and above.
constexpr int oldest_major = 8;

// Entries of CMAKE_CUDA_ARCHITECTURES; the host executor's device has 9.0, or 8.0.
#if defined(VGAN_CUDA_TARGETS)
constexpr const char* targets = VGAN_CUDA_TARGETS;
#else
constexpr const char* targets = "80 90";
#endif

// No context is made.
DeviceStatus describe(int ordinal) {
  const std::string name = "cuda:" + std::to_string(ordinal);
  cuda::DeviceFacts facts;
  const cudaError_t status = cuda::read_facts(ordinal, facts);
  if (status != cudaSuccess) return absent(name, status);
  const std::string detail = facts.name + ", compute capability " + std::to_string(facts.major) +
                             "." + std::to_string(facts.minor) + ", " +
                             std::to_string(facts.multiprocessors) + " SMs, " +
                             std::to_string(facts.memory >> 30) + " GiB";
  if (facts.major < oldest_major) {
    return {name, false, detail + "; vgan needs compute capability 8.0 (Ampere) or newer"};
  }
  const cudaError_t unfit = facts.prohibited ? cudaErrorDevicesUnavailable
                            : cuda::has_code_for(targets, facts.major, facts.minor)
                                ? cudaSuccess
                                : cudaErrorNoKernelImageForDevice;
  if (unfit != cudaSuccess) return {name, false, detail + "; " + absent(name, unfit).detail};
  return {name, true, detail};
}

}  // namespace

std::vector<DeviceStatus> list_cuda_devices() {
  cuda::load_eagerly_on_old_drivers();
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess) return {absent("cuda", status)};
  if (count == 0) return {absent("cuda", cudaErrorNoDevice)};
  std::vector<DeviceStatus> devices;
  for (int ordinal = 0; ordinal < count; ++ordinal) devices.push_back(describe(ordinal));
  cuda::refuse_without_libraries(devices);
  return devices;
}

DeviceStatus cuda_status() {
  const CallersDevice restored("cuda");
  return cuda::opened(list_cuda_devices().front(), 0);
}

DeviceStatus cuda::opened(const DeviceStatus& device, int ordinal) {
  if (!device.usable) return device;
  int architecture = 0;
  cudaError_t status = make_current(ordinal);
  if (status == cudaSuccess) status = find_kernels(&architecture);
  if (status == cudaSuccess) return device;
  (void)cudaGetLastError();
  return {device.name, false, device.detail + "; " + absent(device.name, status).detail};
}

}  // namespace vgan
