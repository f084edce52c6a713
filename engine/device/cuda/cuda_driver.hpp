// The few calls of CUDA's driver that the runtime has no equal for: facts about a device without a
// context on it, and a thread's current context taken and given back. The driver's library is
// loaded when it is first asked, never linked: a machine without a GPU has none.
//
// The runtime's cudaSetDevice makes a context on the device that it names, from CUDA 12 on, so it
// cannot give a thread back to a device that nobody has used yet; this project does not call it.
#pragma once

#include <cstddef>
#include <string>

#include <cuda_runtime_api.h>

#include "engine/device/device_list.hpp"

namespace vgan::cuda {

/// What a device is, from the driver alone.
struct DeviceFacts {
  std::string name;
  int major = 0;
  int minor = 0;
  int multiprocessors = 0;
  std::size_t memory = 0;   ///< bytes
  bool prohibited = false;  ///< its owner lets nobody make a context
};

/// Makes no context. The codes are those of the runtime, which has the driver's numbers.
[[nodiscard]] cudaError_t read_facts(int device, DeviceFacts& facts);

/// The device is this thread's current one, with its primary context, which is made at the first
/// call and stays until the process ends: the runtime's own is the same. Whoever gives something of
/// CUDA's back makes its device current first: a call without a current one would make a context on
/// the thread's first device.
[[nodiscard]] cudaError_t make_current(int device);
/// `device`, or why it is not usable after all: it is made current, and its context must find code
/// of this build.
DeviceStatus opened(const DeviceStatus& device, int ordinal);

/// To be called before anything else of CUDA: drivers before 12.3 cannot load a kernel while a
/// stream is being captured, which is when lazy loading, their default, would.
void load_eagerly_on_old_drivers();

/// A function of the driver by its name in the library; null where there is no driver. On the host
/// executor tests/simt has them.
void* driver_function(const char* name);

}  // namespace vgan::cuda
