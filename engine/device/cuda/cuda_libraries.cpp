#include "engine/device/cuda/cuda_libraries.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <cuda_runtime_api.h>

#include "engine/base/libraries.hpp"
#include "kernels/cuda/products/convolution.hpp"
#include "kernels/cuda/products/cublaslt.hpp"

namespace vgan {
namespace {

// 13020 is 13.2.
std::string cuda_version(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

Library describe(const cuda::SharedLibrary& library, const std::string& detail) {
  if (library.usable()) return {library.name(), library.version(), library.path() + ", " + detail};
  return {library.name(), library.problem() + "; " + library.remedy() + "; " + detail, ""};
}

Library cublaslt() {
  cuda::CublasLt functions;
  const cuda::SharedLibrary library = load(functions);
  return describe(library, library.usable() ? "compiled with " + cuda::version_text(CUBLAS_VERSION)
                                            : "no CUDA device can be used without it");
}

// cuDNN and, where it can be used, its compiler.
std::vector<Library> for_convolutions() {
  const std::string without = "convolutions are patches and matrix products on CUDA";
  const std::vector<cuda::SharedLibrary> found = cuda::convolution_libraries();
  if (found.empty()) return {{"cuDNN", "not in this build", without}};
  std::vector<Library> all{describe(found[0], found[0].usable() ? "for convolutions" : without)};
  if (found.size() > 1) {
    all.push_back(describe(found[1], found[1].usable()
                                         ? "for convolutions with bias and activation"
                                         : "bias and activation are kernels after a convolution"));
  }
  return all;
}

}  // namespace

void cuda::refuse_without_libraries(std::vector<DeviceStatus>& devices) {
  const auto usable = [](const DeviceStatus& device) { return device.usable; };
  if (std::none_of(devices.begin(), devices.end(), usable)) return;
  CublasLt functions;
  const SharedLibrary library = load(functions);
  if (library.usable()) return;
  for (DeviceStatus& device : devices) {
    if (device.usable) device.detail += "; " + library.complaint();
    device.usable = false;
  }
}

std::vector<Library> cuda_libraries() {
  int driver = 0;
  int runtime = 0;
  const bool has_driver = cudaDriverGetVersion(&driver) == cudaSuccess && driver > 0;
  (void)cudaRuntimeGetVersion(&runtime);
  std::vector<Library> all{
      {"CUDA driver", has_driver ? cuda_version(driver) : "none",
       has_driver ? "the newest CUDA it can run" : "none is loaded"},
      {"CUDA runtime", cuda_version(runtime), "compiled with " + cuda_version(CUDART_VERSION)},
      cublaslt()};
  for (Library& each : for_convolutions()) all.push_back(std::move(each));
  return all;
}

}  // namespace vgan
