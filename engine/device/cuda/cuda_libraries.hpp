// What devices need of CUDA's libraries before one can be used.
#pragma once

#include <vector>

#include "engine/device/device_list.hpp"

namespace vgan::cuda {

/// Makes usable devices unusable, and says why, where cuBLASLt cannot be loaded. Without a usable
/// device nothing is loaded. cuDNN may be missing: convolutions are computed without it.
void refuse_without_libraries(std::vector<DeviceStatus>& devices);

}  // namespace vgan::cuda
