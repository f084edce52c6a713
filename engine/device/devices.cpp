#include "engine/device/devices.hpp"

#include <charconv>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/device/instructions.hpp"

namespace vgan {

std::unique_ptr<Backend> open_backend(const std::string& device, int threads) {
  if (device == "auto") {
    return cuda_status().usable ? make_cuda_backend(0) : make_cpu_backend(threads);
  }
  if (device == "cpu") return make_cpu_backend(threads);
  if (device == "cuda") return make_cuda_backend(0);
  if (device.starts_with("cuda:")) {
    int ordinal = -1;
    const char* end = device.data() + device.size();
    const auto parsed = std::from_chars(device.data() + 5, end, ordinal);
    if (parsed.ec == std::errc() && parsed.ptr == end && ordinal >= 0) {
      return make_cuda_backend(ordinal);
    }
  }
  throw Error(ErrorCode::bad_config, {"no such device name", "device", "'" + device + "'",
                                      "auto, cpu, cuda or cuda:N", ""});
}

std::vector<DeviceStatus> list_devices() {
  const auto cpu = make_cpu_backend(0);
  const DeviceInfo& info = cpu->info();
  const std::string detail = info.name + ", " + counted(info.threads, "thread") + ", " +
                             std::to_string(info.memory >> 30) + " GiB, bf16 " +
                             cpu_instructions().bf16;
  std::vector<DeviceStatus> devices = list_cuda_devices();
  devices.insert(devices.begin(), {"cpu", true, detail});
  return devices;
}

}  // namespace vgan
