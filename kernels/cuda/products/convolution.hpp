// Convolutions by cuDNN, one plan for each shape, made once. Where the library is missing or cannot
// be used, every shape is refused; so it is in a build without cuDNN's headers, which has
// convolution_absent.cpp in place of convolution.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <cuda_runtime_api.h>

#include "kernels/cuda/products/matmul.hpp"
#include "kernels/cuda/products/shared_library.hpp"
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

/// cuDNN as it is loaded for convolutions and, where it can be used, the compiler that it uses;
/// nothing in a build that was made without its headers.
std::vector<SharedLibrary> convolution_libraries();

/// Convolutions of images in f32 or bf16, with sums in f32. A forward pass that has a bias or Leaky
/// ReLU is one kernel with them where cuDNN offers one, chosen when the plan is made; its sums are
/// rounded once, as y. Otherwise a kernel of our own follows, and in bf16 cuDNN rounds the sums to
/// bf16 before it, as PyTorch does. Weight gradients stay f32: of bf16 operands they are computed
/// in tf32, which holds bf16 numbers exactly; cuDNN 9.19 has no engine from bf16 to f32.
///
/// One host thread at a time. Plans keep one deterministic engine for each shape, so that every
/// convolution of it, in this process or a captured graph, adds in the same order. What a stream's
/// capture asks for first takes a way that needs no plan: run it once before.
class Convolutions {
 public:
  Convolutions();
  ~Convolutions();
  Convolutions(const Convolutions&) = delete;
  Convolutions& operator=(const Convolutions&) = delete;

  /// Makes the plans of this shape's three passes without what follows them. Refused if one of them
  /// is.
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
