// Convolutions by cuDNN, one plan for each shape, made once. A build without cuDNN has
// convolution_absent.cpp in place of convolution.cpp, which refuses every shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <cuda_runtime_api.h>

#include "kernels/cuda/products/matmul.hpp"
#include "kernels/math/activation.hpp"
#include "kernels/ops/conv.hpp"
#include "kernels/view.hpp"

namespace vgan::cuda {

/// What became of a convolution: done, refused (y is as it was; another way must be taken), or
/// failed in a call of cuDNN or of CUDA.
struct ConvolutionStatus {
  bool refused = false;
  const char* call = nullptr;  ///< of cuDNN; null: none failed
  const char* text = "";
  int code = 0;
  bool out_of_memory = false;
  cudaError_t cuda = cudaSuccess;  ///< of a kernel beside it
};

/// Convolutions of images in f32 or bf16, with sums in f32. In bf16 cuDNN rounds the sums of y to
/// bf16 before the bias and the activation see them, as PyTorch does; weight gradients stay f32: of
/// bf16 operands they are computed in tf32, which holds bf16 numbers exactly.
///
/// One host thread at a time. Plans keep one deterministic algorithm for each shape, so that every
/// convolution of it, in this process or a captured graph, adds in the same order.
class Convolutions {
 public:
  Convolutions();
  ~Convolutions();
  Convolutions(const Convolutions&) = delete;
  Convolutions& operator=(const Convolutions&) = delete;

  /// Makes ready what convolutions of this shape need, so that none of it is made while a graph is
  /// captured. Refused if one of the passes is.
  [[nodiscard]] ConvolutionStatus prepare(const ConvGeometry& geometry, std::int64_t images,
                                          ElementType type, bool tf32, std::size_t workspace_bytes);

  /// Bytes of scratch that `run` wants, and `backward_weights`.
  static std::size_t run_scratch(const ConvTask& task);
  static std::size_t gradient_scratch(const ConvGeometry& geometry, std::int64_t images,
                                      ElementType type);

  /// The task's y. `workspace` and `scratch` are for one operation at a time, 256-byte aligned.
  [[nodiscard]] ConvolutionStatus run(cudaStream_t stream, const MatmulWorkspace& workspace,
                                      void* scratch, const ConvTask& task,
                                      math::Activation activation, float slope, bool tf32);
  /// dw = sum of patch(large)^T small, or added to what is there.
  [[nodiscard]] ConvolutionStatus backward_weights(cudaStream_t stream,
                                                   const MatmulWorkspace& workspace, void* scratch,
                                                   const ConvGeometry& geometry,
                                                   ConstMatrixRef large, ConstMatrixRef small,
                                                   bool accumulate, MatrixView<float> dw,
                                                   bool tf32);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace vgan::cuda
