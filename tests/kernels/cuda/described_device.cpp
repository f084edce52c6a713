#include "tests/kernels/cuda/described_device.hpp"

#include <dlfcn.h>
#include <map>

namespace vgan::testing {
namespace {

// What the functions below share, for they are handed out as pointers.
struct State {
  cuda::Cudnn library;
  cudnnBackendDescriptor_t device = nullptr;
  std::map<cudnnBackendDescriptor_t, cudnnBackendDescriptorType_t> types;
};

State& state() {
  static State instance;
  return instance;
}

// cuDNN reads all of these, and none that is left out has a default.
std::string text_of(const DescribedDevice& d) {
  const auto number = [](const char* name, long long value) {
    return ",\"" + std::string(name) + "\":" + std::to_string(value);
  };
  return "{\"deviceName\":\"" + d.name +
         "\",\"maxGridSize\":[2147483647,65535,65535],\"maxBlockSize\":[1024,1024,64]" +
         number("cudaDeviceId", 0) + number("deviceVer", d.architecture) +
         number("driverVer", 13000) + number("multiProcessorCount", d.multiprocessors) +
         number("maxSharedMemoryPerBlock", 49152) +
         number("maxSharedMemoryPerBlockOptin", d.shared_memory) +
         number("reservedSharedMemoryPerBlock", 1024) + number("regsPerBlock", 65536) +
         number("maxRegistersPerSM", 65536) + number("warpSize", 32) + number("maxCtasPerSM", 32) +
         number("maxThreadsPerBlock", 1024) + number("maxThreadsPerSM", 2048) +
         number("totalGlobalMem", 80'000'000'000) + number("l2CacheSize", 40 << 20) +
         number("smClockRateKHz", 1400000) + number("memClockRateKHz", 1200000) +
         number("pciDeviceId", 0) + number("isTccDriver", 0) + number("supportCoopLaunch", 1) + "}";
}

#if CUDNN_VERSION >= 90800

cudnnStatus_t create(cudnnHandle_t* handle) {
  *handle = reinterpret_cast<cudnnHandle_t>(&state());  // is not null, and is given to nobody
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t destroy(cudnnHandle_t) { return CUDNN_STATUS_SUCCESS; }

cudnnStatus_t create_descriptor(cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t* made) {
  const cudnnStatus_t status = state().library.cudnnBackendCreateDescriptor(type, made);
  state().types[*made] = type;
  return status;
}

cudnnStatus_t set_attribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                            cudnnBackendAttributeType_t type, std::int64_t count,
                            const void* values) {
  if (type == CUDNN_TYPE_HANDLE) return CUDNN_STATUS_SUCCESS;
  return state().library.cudnnBackendSetAttribute(descriptor, name, type, count, values);
}

cudnnStatus_t finalize(cudnnBackendDescriptor_t descriptor) {
  const State& s = state();
  const auto give_device = [&](cudnnBackendAttributeName_t name) {
    return s.library.cudnnBackendSetAttribute(descriptor, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
                                              &s.device);
  };
  const cudnnBackendDescriptorType_t type = s.types.at(descriptor);
  cudnnStatus_t status = CUDNN_STATUS_SUCCESS;
  if (type == CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR) {
    status = give_device(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP);
  }
  if (type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR) {
    status = give_device(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
  }
  return status == CUDNN_STATUS_SUCCESS ? s.library.cudnnBackendFinalize(descriptor) : status;
}

#endif

}  // namespace

std::optional<cuda::Cudnn> cudnn_for(const DescribedDevice& device, std::string& refusal) {
#if CUDNN_VERSION >= 90800
  State& s = state();
  const cuda::SharedLibrary library = load(s.library);
  if (!library.usable()) {
    refusal = library.complaint();
    return std::nullopt;
  }
  const std::string text = text_of(device);
  cudnnStatus_t status =
      s.library.cudnnBackendCreateDescriptor(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, &s.device);
  if (status == CUDNN_STATUS_SUCCESS) {
    status = s.library.cudnnBackendSetAttribute(
        s.device, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR,
        static_cast<std::int64_t>(text.size()), text.data());
  }
  if (status == CUDNN_STATUS_SUCCESS) status = s.library.cudnnBackendFinalize(s.device);
  if (status != CUDNN_STATUS_SUCCESS) {
    refusal = "cuDNN " + library.version() + " does not take our description of a device: " +
              s.library.cudnnGetErrorString(status);
    return std::nullopt;
  }
  cuda::Cudnn table = s.library;
  table.cudnnCreate = &create;
  table.cudnnDestroy = &destroy;
  table.cudnnBackendCreateDescriptor = &create_descriptor;
  table.cudnnBackendSetAttribute = &set_attribute;
  table.cudnnBackendFinalize = &finalize;
  return table;
#else
  (void)device;
  refusal = "headers of a cuDNN before 9.8, which knows no described devices";
  return std::nullopt;
#endif
}

bool cudnn_can_compile() {
  return dlopen("libcuda.so.1", RTLD_LAZY) != nullptr &&
         (dlopen("libnvrtc.so.13", RTLD_LAZY) != nullptr ||
          dlopen("libnvrtc.so.12", RTLD_LAZY) != nullptr);
}

}  // namespace vgan::testing
