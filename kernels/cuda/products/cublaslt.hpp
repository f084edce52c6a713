// cuBLASLt as a table of functions, filled when a CUDA device is opened.
#pragma once

#include <cublasLt.h>

#include "kernels/cuda/products/shared_library.hpp"

namespace vgan::cuda {

#define VGAN_CUBLASLT_FUNCTIONS(APPLY)        \
  APPLY(cublasLtCreate)                       \
  APPLY(cublasLtDestroy)                      \
  APPLY(cublasLtGetStatusName)                \
  APPLY(cublasLtGetVersion)                   \
  APPLY(cublasLtMatmul)                       \
  APPLY(cublasLtMatmulAlgoGetHeuristic)       \
  APPLY(cublasLtMatmulDescCreate)             \
  APPLY(cublasLtMatmulDescDestroy)            \
  APPLY(cublasLtMatmulDescSetAttribute)       \
  APPLY(cublasLtMatmulPreferenceCreate)       \
  APPLY(cublasLtMatmulPreferenceDestroy)      \
  APPLY(cublasLtMatmulPreferenceSetAttribute) \
  APPLY(cublasLtMatrixLayoutCreate)           \
  APPLY(cublasLtMatrixLayoutDestroy)

/// Each by its own name, as cublasLt.h declares it.
struct CublasLt {
#define VGAN_MEMBER(function) decltype(&::function) function = nullptr;
  VGAN_CUBLASLT_FUNCTIONS(VGAN_MEMBER)
#undef VGAN_MEMBER
};

/// Fills the table; the functions may be called where the library that is returned is usable.
SharedLibrary load(CublasLt& table);

}  // namespace vgan::cuda
