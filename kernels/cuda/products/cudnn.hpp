// cuDNN as a table of functions, filled when the first convolution is asked for.
//
// Convolutions go through the C functions of its graph API, and not through NVIDIA's header-only
// cudnn-frontend: these are six functions, declared by the headers that come with libcudnn, and a
// chain of three operations is all that is built with them. The frontend is 44,000 lines more to
// find, or to keep, beside cuDNN's own headers, and has a way of its own to load the library.
#pragma once

#include <cudnn.h>

#include "kernels/cuda/products/shared_library.hpp"

namespace vgan::cuda {

#define VGAN_CUDNN_FUNCTIONS(APPLY)    \
  APPLY(cudnnBackendCreateDescriptor)  \
  APPLY(cudnnBackendDestroyDescriptor) \
  APPLY(cudnnBackendExecute)           \
  APPLY(cudnnBackendFinalize)          \
  APPLY(cudnnBackendGetAttribute)      \
  APPLY(cudnnBackendSetAttribute)      \
  APPLY(cudnnCreate)                   \
  APPLY(cudnnDestroy)                  \
  APPLY(cudnnGetCudartVersion)         \
  APPLY(cudnnGetErrorString)           \
  APPLY(cudnnGetVersion)               \
  APPLY(cudnnSetStream)

/// Each by its own name, as cudnn.h declares it.
struct Cudnn {
#define VGAN_MEMBER(function) decltype(&::function) function = nullptr;
  VGAN_CUDNN_FUNCTIONS(VGAN_MEMBER)
#undef VGAN_MEMBER
};

/// Fills the table; the functions may be called where the library that is returned is usable.
SharedLibrary load(Cudnn& table);

/// NVRTC, with which cuDNN compiles fused kernels. cuDNN asks the linker for it by name alone, and
/// finds it, wherever it lies, once it is open.
SharedLibrary open_compiler(const Cudnn& table);

}  // namespace vgan::cuda
