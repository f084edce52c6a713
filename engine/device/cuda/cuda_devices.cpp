// Which CUDA devices there are, and which versions of CUDA's libraries: for `auto` and `doctor`.
#include <cstdlib>
#include <string>
#include <vector>

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include "engine/base/libraries.hpp"
#include "engine/device/cuda/cuda_error.hpp"
#include "engine/device/devices.hpp"
#include "kernels/cuda/operations.hpp"

namespace vgan {
namespace {

// 13020 is 13.2.
std::string cuda_version(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string cublas_version(std::size_t version) {
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

DeviceStatus absent(const std::string& name, cudaError_t status) {
  const char* reason = cuda::reason_without_device(status);
  std::string detail = reason != nullptr ? reason : cudaGetErrorString(status);
  detail += "; CUDA says " + std::string(cudaGetErrorName(status)) + " (" +
            std::to_string(static_cast<int>(status)) + ")";
  return {name, false, detail};
}

// Kernels are compiled for compute capability 8.0 and above.
constexpr int oldest_major = 8;

// Whether a context can be made and holds code that this build has for the device.
cudaError_t open_context(int ordinal) {
  const cudaError_t status = cudaSetDevice(ordinal);
  int architecture = 0;
  return status != cudaSuccess ? status : cuda::find_kernels(&architecture);
}

DeviceStatus describe(int ordinal) {
  const std::string name = "cuda:" + std::to_string(ordinal);
  cudaDeviceProp properties{};
  const cudaError_t status = cudaGetDeviceProperties(&properties, ordinal);
  if (status != cudaSuccess) return absent(name, status);
  const std::string detail = std::string(properties.name) + ", compute capability " +
                             std::to_string(properties.major) + "." +
                             std::to_string(properties.minor) + ", " +
                             std::to_string(properties.multiProcessorCount) + " SMs, " +
                             std::to_string(properties.totalGlobalMem >> 30) + " GiB";
  if (properties.major < oldest_major) {
    return {name, false, detail + "; vgan needs compute capability 8.0 (Ampere) or newer"};
  }
  if (const cudaError_t opened = open_context(ordinal); opened != cudaSuccess) {
    (void)cudaGetLastError();
    const DeviceStatus why = absent(name, opened);
    return {name, false, detail + "; " + why.detail};
  }
  return {name, true, detail};
}

// Drivers before 12.3 cannot load a kernel while a stream is being captured, which is when lazy
// loading, their default, would.
void load_eagerly_on_old_drivers() {
  constexpr int loads_in_capture = 12030;
  int driver = 0;
  if (cudaDriverGetVersion(&driver) == cudaSuccess && driver < loads_in_capture) {
    (void)setenv("CUDA_MODULE_LOADING", "EAGER", 0);
  }
}

}  // namespace

std::vector<DeviceStatus> list_cuda_devices() {
  load_eagerly_on_old_drivers();
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess) return {absent("cuda", status)};
  if (count == 0) return {absent("cuda", cudaErrorNoDevice)};
  std::vector<DeviceStatus> devices;
  for (int ordinal = 0; ordinal < count; ++ordinal) devices.push_back(describe(ordinal));
  return devices;
}

DeviceStatus cuda_status() { return list_cuda_devices().front(); }

std::vector<Library> cuda_libraries() {
  int driver = 0;
  int runtime = 0;
  const bool has_driver = cudaDriverGetVersion(&driver) == cudaSuccess && driver > 0;
  (void)cudaRuntimeGetVersion(&runtime);
  return {{"CUDA driver", has_driver ? cuda_version(driver) : "none",
           has_driver ? "the newest CUDA it can run" : "none is loaded"},
          {"CUDA runtime", cuda_version(runtime), "compiled with " + cuda_version(CUDART_VERSION)},
          {"cuBLASLt", cublas_version(cublasLtGetVersion()),
           "compiled with " + cublas_version(CUBLAS_VERSION)}};
}

}  // namespace vgan
