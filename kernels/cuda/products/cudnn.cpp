#include "kernels/cuda/products/cudnn.hpp"

#include <string>

namespace vgan::cuda {
namespace {

// The name has cuDNN's major version and not CUDA's: libraries for CUDA 12 and 13 have it alike,
// and either brings the runtime that it was built with.
LibraryRequest request() {
  return {.name = "cuDNN",
          .stem = "libcudnn.so.",
          .majors = {CUDNN_MAJOR},
          .homes = {"CUDNN_HOME", "CUDNN_PATH", "CUDA_HOME", "CUDA_PATH"},
          .packages =
              "NVIDIA's package cudnn9-cuda-13 (cudnn9-cuda-12) or pip's nvidia-cudnn-cu13 "
              "(nvidia-cudnn-cu12)"};
}

}  // namespace

SharedLibrary load(Cudnn& table) {
  const LibraryRequest wanted = request();
  SharedLibrary library(wanted);
  library.bind(table.cudnnGetVersion, "cudnnGetVersion");
  if (!library.usable()) return library;
  library.check_version(version_text(table.cudnnGetVersion()), wanted.majors);
#define VGAN_BIND(function) library.bind(table.function, #function);
  VGAN_CUDNN_FUNCTIONS(VGAN_BIND)
#undef VGAN_BIND
  return library;
}

SharedLibrary open_compiler(const Cudnn& table) {
  // It is of the CUDA that cuDNN was built with.
  const int major = static_cast<int>(table.cudnnGetCudartVersion() / 1000);
  SharedLibrary library({.name = "NVRTC",
                         .stem = "libnvrtc.so.",
                         .majors = {major},
                         .homes = {"CUDA_HOME", "CUDA_PATH"},
                         .packages = "NVIDIA's package cuda-nvrtc-13-0 (cuda-nvrtc-12-x) or pip's "
                                     "nvidia-cuda-nvrtc (nvidia-cuda-nvrtc-cu12)"});
  int (*version)(int*, int*) = nullptr;  // of its major and minor number, as nvrtc.h declares it
  library.bind(version, "nvrtcVersion");
  int found[2] = {};
  if (library.usable() && version(&found[0], &found[1]) == 0) {
    library.check_version(std::to_string(found[0]) + "." + std::to_string(found[1]), {major});
  }
  return library;
}

}  // namespace vgan::cuda
