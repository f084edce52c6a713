#include "engine/device/cuda/cuda_driver.hpp"

#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

#include <cuda.h>

#include "engine/device/callers_device.hpp"

namespace vgan::cuda {
namespace {

cudaError_t as_runtime_error(CUresult result) { return static_cast<cudaError_t>(result); }

/// Functions of libcuda.so, to be called where `status` is success.
struct Driver {
  decltype(&::cuInit) init = nullptr;
  decltype(&::cuDeviceGet) device = nullptr;
  decltype(&::cuDeviceGetName) name = nullptr;
  decltype(&::cuDeviceGetAttribute) attribute = nullptr;
  decltype(&::cuDeviceTotalMem) memory = nullptr;
  decltype(&::cuDevicePrimaryCtxRetain) retain = nullptr;
  decltype(&::cuCtxGetCurrent) get_current = nullptr;
  decltype(&::cuCtxSetCurrent) set_current = nullptr;
  cudaError_t status = cudaSuccess;

  Driver() {
    load_eagerly_on_old_drivers();
    find(init, "cuInit");
    find(device, "cuDeviceGet");
    find(name, "cuDeviceGetName");
    find(attribute, "cuDeviceGetAttribute");
    find(memory, "cuDeviceTotalMem_v2");
    find(retain, "cuDevicePrimaryCtxRetain");
    find(get_current, "cuCtxGetCurrent");
    find(set_current, "cuCtxSetCurrent");
    if (status == cudaSuccess) status = as_runtime_error(init(0));
  }

 private:
  template <class Function>
  void find(Function& function, const char* symbol) {
    function = reinterpret_cast<Function>(driver_function(symbol));
    if (function == nullptr) status = cudaErrorInsufficientDriver;
  }
};

const Driver& driver() {
  static const Driver loaded;
  return loaded;
}

cudaError_t primary_context(CUdevice device, CUcontext& context) {
  static std::mutex busy;
  static std::map<CUdevice, CUcontext> retained;
  const std::lock_guard lock(busy);
  if (const auto found = retained.find(device); found != retained.end()) {
    context = found->second;
    return cudaSuccess;
  }
  const CUresult result = driver().retain(&context, device);
  if (result == CUDA_SUCCESS) retained[device] = context;
  return as_runtime_error(result);
}

}  // namespace

void load_eagerly_on_old_drivers() {
  constexpr int loads_in_capture = 12030;
  int driver = 0;
  if (cudaDriverGetVersion(&driver) == cudaSuccess && driver < loads_in_capture) {
    (void)setenv("CUDA_MODULE_LOADING", "EAGER", 0);
  }
}

cudaError_t read_facts(int device, DeviceFacts& facts) {
  if (driver().status != cudaSuccess) return driver().status;
  CUdevice handle = 0;
  CUresult result = driver().device(&handle, device);
  char name[256] = {};
  if (result == CUDA_SUCCESS) result = driver().name(name, sizeof(name) - 1, handle);
  facts.name = name;
  if (result == CUDA_SUCCESS) result = driver().memory(&facts.memory, handle);
  int mode = CU_COMPUTEMODE_DEFAULT;
  const std::pair<CUdevice_attribute, int*> attributes[] = {
      {CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, &facts.major},
      {CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, &facts.minor},
      {CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, &facts.multiprocessors},
      {CU_DEVICE_ATTRIBUTE_COMPUTE_MODE, &mode}};
  for (const auto& [attribute, value] : attributes) {
    if (result == CUDA_SUCCESS) result = driver().attribute(value, attribute, handle);
  }
  facts.prohibited = mode == CU_COMPUTEMODE_PROHIBITED;
  return as_runtime_error(result);
}

cudaError_t make_current(int device) {
  if (driver().status != cudaSuccess) return driver().status;
  CUdevice handle = 0;
  CUcontext context = nullptr;
  cudaError_t status = as_runtime_error(driver().device(&handle, device));
  if (status == cudaSuccess) status = primary_context(handle, context);
  return status != cudaSuccess ? status : as_runtime_error(driver().set_current(context));
}

}  // namespace vgan::cuda

namespace vgan {

CallersDevice::CallersDevice(const std::string& device) {
  if (device == "cpu" || cuda::driver().status != cudaSuccess) return;
  CUcontext current = nullptr;
  restores_ = cuda::driver().get_current(&current) == CUDA_SUCCESS;
  context_ = current;
}

CallersDevice::~CallersDevice() {
  if (restores_) (void)cuda::driver().set_current(static_cast<CUcontext>(context_));
}

}  // namespace vgan
