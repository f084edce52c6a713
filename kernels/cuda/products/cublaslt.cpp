#include "kernels/cuda/products/cublaslt.hpp"

namespace vgan::cuda {
namespace {

// Either major version serves a build with the other's headers: the functions of the table have the
// same parameters in both, the structures that they fill (cublasLtMatmulAlgo_t, eight words, and
// cublasLtMatmulHeuristicResult_t) the same layout, and the types, attributes and reduction schemes
// that we name the same numbers. What changed between them is in attributes that are not used here.
LibraryRequest request() {
  constexpr int compiled_with = CUBLAS_VERSION / 10000;
  constexpr int other = compiled_with == 12 ? 13 : 12;
  return {.name = "cuBLASLt",
          .stem = "libcublasLt.so.",
          .majors = {compiled_with, other},
          .homes = {"CUDA_HOME", "CUDA_PATH"},
          .packages =
              "NVIDIA's package libcublas-13-0 (or libcublas-12-x for older drivers), pip's "
              "nvidia-cublas (nvidia-cublas-cu12), or Debian's libcublaslt12"};
}

}  // namespace

SharedLibrary load(CublasLt& table) {
  const LibraryRequest wanted = request();
  SharedLibrary library(wanted);
  library.bind(table.cublasLtGetVersion, "cublasLtGetVersion");
  if (!library.usable()) return library;
  library.check_version(version_text(table.cublasLtGetVersion()), wanted.majors);
#define VGAN_BIND(function) library.bind(table.function, #function);
  VGAN_CUBLASLT_FUNCTIONS(VGAN_BIND)
#undef VGAN_BIND
  return library;
}

}  // namespace vgan::cuda
