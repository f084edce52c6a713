// Where the driver's functions come from on a real machine.
#include <dlfcn.h>

#include "engine/device/cuda/cuda_driver.hpp"

namespace vgan::cuda {

void* driver_function(const char* name) {
  // Never closed: the runtime keeps it too.
  static void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  return library == nullptr ? nullptr : dlsym(library, name);
}

}  // namespace vgan::cuda
