// cuDNN asked about a device that is not here: from its description alone it offers engines, and
// makes plans of those whose kernels it does not have to compile.
#pragma once

#include <optional>
#include <string>

#include "kernels/cuda/products/cudnn.hpp"

namespace vgan::testing {

struct DescribedDevice {
  std::string name;
  int architecture = 0;  ///< 900 is 9.0
  int multiprocessors = 0;
  int shared_memory = 0;  ///< of a block, at most
};

/// cuDNN's functions, with a handle that needs no device and with engines and plans for the one
/// that is described; one at a time in a process. `refusal` is why they cannot be had.
std::optional<cuda::Cudnn> cudnn_for(const DescribedDevice& device, std::string& refusal);

/// Whether cuDNN can compile kernels here: it loads the driver's library and NVRTC for that.
bool cudnn_can_compile();

}  // namespace vgan::testing
