// From CUDA's codes to the library's one error type.
#pragma once

#include <source_location>

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include "kernels/cuda/products/convolution.hpp"
#include "kernels/cuda/products/matmul.hpp"

namespace vgan::cuda {

/// Throws unless `status` is success. `call` is what was called, as a reader would look it up.
/// no_device: memory does not suffice; internal: everything else.
void check(cudaError_t status, const char* call,
           const std::source_location& at = std::source_location::current());
void check(const MatmulStatus& status,
           const std::source_location& at = std::source_location::current());
/// False where the convolution was refused.
bool check(const ConvolutionStatus& status,
           const std::source_location& at = std::source_location::current());

/// Why a device cannot be used and what to do about it: for errors that come before any work.
const char* reason_without_device(cudaError_t status);

}  // namespace vgan::cuda
