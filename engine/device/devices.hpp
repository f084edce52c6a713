// How a device is opened.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/device/device_list.hpp"

namespace vgan {

/// Opens a device. `device`: "auto" (CUDA where there is a usable one, else the CPU), "cpu",
/// "cuda" or "cuda:N". `threads`: CPU threads, 0 for all that the process may use.
/// Throws no_device where the device is absent, bad_config for another word.
std::unique_ptr<Backend> open_backend(const std::string& device, int threads);

/// The two sides of the seam. The CUDA side refuses honestly where it is not built in.
std::unique_ptr<Backend> make_cpu_backend(int threads);
std::unique_ptr<Backend> make_cuda_backend(int ordinal);
/// Whether `--device cuda` can be used, and if not, why: cuda:0 is opened to see.
DeviceStatus cuda_status();
/// Every CUDA device, none of which is opened; without any, the one line of cuda_status().
std::vector<DeviceStatus> list_cuda_devices();

}  // namespace vgan
