// Matrix products and convolutions: cuBLASLt, cuDNN, and fused kernels of our own where they take
// the shape.
#pragma once

#include <memory>

#include "engine/device/cuda/cuda_context.hpp"
#include "engine/device/cuda/cuda_fused.hpp"
#include "kernels/cuda/products/convolution.hpp"
#include "kernels/cuda/products/matmul.hpp"

namespace vgan::cuda {

/// The operations of the CUDA backend that multiply.
class CudaProducts : public CudaContext {
 public:
  /// Loads cuBLASLt. Throws no_device where it cannot be used.
  explicit CudaProducts(int device);

  std::size_t product_scratch(std::int64_t rows, std::int64_t cols,
                              ElementType type) const override;
  std::size_t conv_scratch(const ConvGeometry& geometry, std::int64_t images,
                           ElementType type) const override;

 private:
  void do_dense_forward(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                        VectorView<const float> bias, MatrixRef y,
                        const ForwardOptions& options) override;
  void do_dense_tangent(Queue& queue, ConstMatrixRef x, ConstMatrixRef w, ConstMatrixRef at,
                        MatrixRef y, const ProductOptions& options) override;
  void do_dense_backward_input(Queue& queue, ConstMatrixRef dy, ConstMatrixRef w, ConstMatrixRef at,
                               MatrixRef dx, const ProductOptions& options) override;
  void do_dense_backward_weights(Queue& queue, ConstMatrixRef x, ConstMatrixRef dy,
                                 MatrixView<float> dw, VectorView<float> dbias,
                                 const WeightGradientOptions& options) override;
  void do_dense_trials(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                       VectorView<const float> bias, MatrixRef trials,
                       const ProductOptions& options, const OutputMap& map) override;

  void do_dense_backward(Queue& queue, const InputGradientTask& dx,
                         std::span<const DenseUpdateTask> updates, StepState* state,
                         const FusedOptions& options) override;
  void do_logit_loss(Queue& queue, const LogitLossTask& task, StepState* state,
                     const FusedOptions& options) override;

  void do_conv(Queue& queue, const ConvTask& task, const ProductOptions& options) override;
  void do_conv_backward_weights(Queue& queue, const ConvGeometry& geometry, ConstMatrixRef large,
                                ConstMatrixRef small, MatrixView<float> dw,
                                const WeightGradientOptions& options) override;

  /// Where the f32 sums of a product go: `y` itself if it is f32, else the queue's scratch.
  MatrixView<float> sums_for(Queue& queue, MatrixRef y) const;
  void multiply(Queue& queue, ConstMatrixRef a, ConstMatrixRef b, MatrixView<float> c,
                const MatmulOptions& options);
  void mask(Queue& queue, MatrixView<float> sums, ConstMatrixRef at, MatrixRef y,
            const ProductOptions& options) const;

  FusedOperations fused_{false};
  Matmul products_;
  std::unique_ptr<Convolutions> convolutions_ = std::make_unique<Convolutions>();
};

}  // namespace vgan::cuda
