// Contexts: the driver's, and what the runtime does of them by itself. All share one memory.
#include "tests/simt/include/cuda.h"

#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "tests/simt/contexts.hpp"
#include "tests/simt/control.hpp"
#include "tests/simt/simt.hpp"

struct CUctx_st {
  int device = 0;
};

namespace simt {
namespace {

constexpr int most_devices = 16;

CUctx_st* context_of(int device) {
  static CUctx_st all[most_devices];
  all[device].device = device;
  return &all[device];
}

std::set<int>& made() {
  static std::set<int> devices;
  return devices;
}

thread_local CUcontext current = nullptr;
thread_local int chosen = 0;

CUresult driver_call(const char* name, CUdevice device, const std::function<void()>& body) {
  return static_cast<CUresult>(api(name, [&] {
    if (!has_device(device)) return cudaErrorInvalidDevice;
    body();
    return cudaSuccess;
  }));
}

}  // namespace

std::set<int> devices_with_contexts() {
  const std::lock_guard lock(runtime_mutex());
  return made();
}

void forget_contexts() {
  const std::lock_guard lock(runtime_mutex());
  made().clear();
  current = nullptr;
  chosen = 0;
}

int current_device() { return current == nullptr ? chosen : current->device; }

void choose_device(int device) {
  chosen = device;
  current = context_of(device);
  made().insert(device);
}

void require_context() {
  if (current == nullptr) current = context_of(chosen);
  made().insert(current->device);
}

}  // namespace simt

using namespace simt;

CUresult cuInit(unsigned) { return CUDA_SUCCESS; }

CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  return driver_call("cuDeviceGet", ordinal, [&] { *device = ordinal; });
}

CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
  return driver_call("cuDeviceGetName", device, [&] {
    cudaDeviceProp properties{};
    (void)cudaGetDeviceProperties(&properties, device);
    std::strncpy(name, properties.name, static_cast<std::size_t>(length));
  });
}

CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice device) {
  return driver_call("cuDeviceGetAttribute", device, [&] {
    *value = CU_COMPUTEMODE_DEFAULT;
    if (attribute == CU_DEVICE_ATTRIBUTE_COMPUTE_MODE) return;
    (void)cudaDeviceGetAttribute(value, static_cast<cudaDeviceAttr>(attribute), device);
  });
}

CUresult cuDeviceTotalMem(std::size_t* bytes, CUdevice device) {
  return driver_call("cuDeviceTotalMem", device, [&] {
    cudaDeviceProp properties{};
    (void)cudaGetDeviceProperties(&properties, device);
    *bytes = properties.totalGlobalMem;
  });
}

CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  return driver_call("cuDevicePrimaryCtxRetain", device, [&] {
    *context = context_of(device);
    made().insert(device);
  });
}

CUresult cuCtxGetCurrent(CUcontext* context) {
  *context = current;
  return CUDA_SUCCESS;
}

CUresult cuCtxSetCurrent(CUcontext context) {
  const std::lock_guard lock(runtime_mutex());
  current = context;
  if (context != nullptr) made().insert(context->device);
  return CUDA_SUCCESS;
}

// The executor is linked in place of the driver's library.
namespace vgan::cuda {

void* driver_function(const char* name) {
  static const std::map<std::string, void*> functions{
      {"cuInit", reinterpret_cast<void*>(&cuInit)},
      {"cuDeviceGet", reinterpret_cast<void*>(&cuDeviceGet)},
      {"cuDeviceGetName", reinterpret_cast<void*>(&cuDeviceGetName)},
      {"cuDeviceGetAttribute", reinterpret_cast<void*>(&cuDeviceGetAttribute)},
      {"cuDeviceTotalMem_v2", reinterpret_cast<void*>(&cuDeviceTotalMem)},
      {"cuDevicePrimaryCtxRetain", reinterpret_cast<void*>(&cuDevicePrimaryCtxRetain)},
      {"cuCtxGetCurrent", reinterpret_cast<void*>(&cuCtxGetCurrent)},
      {"cuCtxSetCurrent", reinterpret_cast<void*>(&cuCtxSetCurrent)}};
  const auto found = functions.find(name);
  return found == functions.end() ? nullptr : found->second;
}

}  // namespace vgan::cuda
