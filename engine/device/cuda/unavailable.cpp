// The CUDA side of the seam where CUDA is not built in: the same symbols and an honest answer.
#include "engine/base/error.hpp"
#include "engine/base/libraries.hpp"
#include "engine/device/callers_device.hpp"
#include "engine/device/devices.hpp"

namespace vgan {

std::unique_ptr<Backend> make_cuda_backend(int ordinal) {
  throw Error(ErrorCode::no_device, {"cannot use the device", "cuda:" + std::to_string(ordinal),
                                     "a build of vgan without the CUDA backend", "",
                                     "use --device cpu or --device auto"});
}

DeviceStatus cuda_status() {
  return {"cuda", false, "no CUDA in this build; --device auto uses the CPU"};
}

std::vector<DeviceStatus> list_cuda_devices() { return {cuda_status()}; }

CallersDevice::CallersDevice(const std::string&) {}

CallersDevice::~CallersDevice() = default;

std::vector<Library> cuda_libraries() { return {}; }

}  // namespace vgan
