#include "engine/device/cuda/cuda_error.hpp"

#include <string>

#include "engine/base/error.hpp"

namespace vgan::cuda {
namespace {

std::string place(const std::source_location& at) {
  return std::string(at.file_name()) + ":" + std::to_string(at.line());
}

}  // namespace

const char* reason_without_device(cudaError_t status) {
  switch (status) {
    case cudaErrorInsufficientDriver:
      return "no NVIDIA driver, or one older than this build's CUDA: install or update the driver";
    case cudaErrorNoDevice: return "a driver, but no CUDA device: see nvidia-smi";
    case cudaErrorInvalidDevice: return "no device of this number: see vgan_cuda doctor";
    case cudaErrorSystemDriverMismatch:
    case cudaErrorSystemNotReady:
    case cudaErrorCompatNotSupportedOnDevice:
    case cudaErrorInitializationError:
    case cudaErrorStubLibrary: return "a driver that does not start: see nvidia-smi";
    case cudaErrorDevicesUnavailable: return "a device in exclusive use by another process";
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorUnsupportedPtxVersion:
      return "a device that this build has no code for: set CMAKE_CUDA_ARCHITECTURES and build "
             "anew";
    default: return nullptr;
  }
}

void check(cudaError_t status, const char* call, const std::source_location& at) {
  if (status == cudaSuccess) return;
  const std::string found = std::string(cudaGetErrorName(status)) + " (" +
                            std::to_string(static_cast<int>(status)) + "), " +
                            cudaGetErrorString(status);
  const std::string where = std::string(call) + " at " + place(at);
  if (status == cudaErrorMemoryAllocation) {
    throw Error(ErrorCode::no_device,
                {"not enough device memory", where, found, "",
                 "use a smaller --batch, or free the device of other processes"});
  }
  throw Error(ErrorCode::internal,
              {"CUDA failed", where, found, "", "nothing is saved from the device"});
}

void check(const MatmulStatus& status, const std::source_location& at) {
  if (status.code == CUBLAS_STATUS_SUCCESS) return;
  const std::string found =
      std::string(status.text) + " (" + std::to_string(static_cast<int>(status.code)) + ")";
  const std::string where = std::string(status.call) + " at " + place(at);
  if (status.code == CUBLAS_STATUS_ALLOC_FAILED) {
    throw Error(ErrorCode::no_device,
                {"not enough device memory", where, found, "",
                 "use a smaller --batch, or free the device of other processes"});
  }
  throw Error(ErrorCode::internal,
              {"cuBLASLt failed", where, found, "", "nothing is saved from the device"});
}

bool check(const ConvolutionStatus& status, const std::source_location& at) {
  if (status.call == nullptr) return !status.refused;
  check(status.cuda, status.call, at);
  const std::string found = std::string(status.text) + " (" + std::to_string(status.code) + ")";
  const std::string where = std::string(status.call) + " at " + place(at);
  if (status.out_of_memory) {
    throw Error(ErrorCode::no_device,
                {"not enough device memory", where, found, "",
                 "use a smaller --batch, or free the device of other processes"});
  }
  throw Error(ErrorCode::internal,
              {"cuDNN failed", where, found, "", "nothing is saved from the device"});
}

}  // namespace vgan::cuda
