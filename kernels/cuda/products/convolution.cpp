#include "kernels/cuda/products/convolution.hpp"

#include <cstdint>

#include <cudnn.h>

#include "kernels/cuda/operations.hpp"
#include "kernels/cuda/patches.hpp"
#include "kernels/cuda/products/convolution_plan.hpp"

namespace vgan::cuda {
namespace {

using Shape = ConvolutionShape;
using Pass = ConvolutionShape::Pass;

std::size_t aligned(std::size_t bytes) { return (bytes + 255) / 256 * 256; }

std::size_t bytes_of(std::int64_t numbers, ElementType type) {
  return aligned(static_cast<std::size_t>(numbers) * element_size(type));
}

/// Parts of scratch, one after the other.
class Parts {
 public:
  explicit Parts(void* scratch) : at_(static_cast<std::byte*>(scratch)) {}
  MatrixRef take(std::int64_t rows, std::int64_t cols, ElementType type) {
    const MatrixRef made{at_, type, rows, cols, cols};
    at_ += bytes_of(rows * cols, type);
    return made;
  }

 private:
  std::byte* at_;
};

// What cuDNN's vector code wants.
bool aligned_to_vectors(const void* data) {
  return reinterpret_cast<std::uintptr_t>(data) % 16 == 0;
}

}  // namespace

struct Convolutions::Implementation {
  ConvolutionPlans plans;
};

Convolutions::Convolutions() : implementation_(std::make_unique<Implementation>()) {}
Convolutions::~Convolutions() = default;

#define VGAN_RETURN_IF_FAILED(call, name)          \
  do {                                             \
    const cudnnStatus_t code = call;               \
    if (code != CUDNN_STATUS_SUCCESS) {            \
      const auto what = failed(code, #name);       \
      plan->refused = what.refused; /* for good */ \
      return what;                                 \
    }                                              \
  } while (false)

#define VGAN_RETURN_IF_CUDA_FAILED(expression, name)                   \
  do {                                                                 \
    const cudaError_t status = expression;                             \
    if (status != cudaSuccess) return {.call = #name, .cuda = status}; \
  } while (false)

ConvolutionStatus Convolutions::prepare(const ConvGeometry& geometry, std::int64_t images,
                                        ElementType type, bool tf32, std::size_t workspace_bytes) {
  const bool half = type == ElementType::bf16;
  ConvolutionStatus all;
  for (const Shape& shape :
       {Shape{Pass::forward, geometry, images, type, half || tf32},
        Shape{Pass::backward_data, geometry, images, type, half || tf32},
        Shape{Pass::backward_filter, geometry, images, ElementType::f32, half || tf32}}) {
    ConvolutionPlan* plan = nullptr;
    const ConvolutionStatus status = implementation_->plans.find(shape, workspace_bytes, plan);
    if (status.call != nullptr) return status;
    all.refused = all.refused || status.refused;
  }
  return all;
}

std::size_t Convolutions::run_scratch(const ConvTask& task) {
  const std::size_t filter =
      bytes_of(task.geometry.patch_size() * task.geometry.filters, task.x.type);
  return task.y.type == task.x.type ? filter : filter + bytes_of(task.y.size(), task.x.type);
}

std::size_t Convolutions::gradient_scratch(const ConvGeometry& g, std::int64_t images,
                                           ElementType type) {
  const std::size_t filter = bytes_of(g.patch_size() * g.filters, ElementType::f32);
  if (type == ElementType::f32) return filter;
  return filter + bytes_of(images * g.large_size(), ElementType::f32) +
         bytes_of(images * g.small_size(), ElementType::f32);
}

ConvolutionStatus Convolutions::run(cudaStream_t stream, const MatmulWorkspace& workspace,
                                    void* scratch, const ConvTask& task,
                                    math::Activation activation, float slope, bool tf32) {
  const ConvGeometry& g = task.geometry;
  if (!aligned_to_vectors(task.x.data) || !aligned_to_vectors(task.y.data)) {
    return {.refused = true};
  }
  ConvolutionPlan* plan = nullptr;
  const Shape shape{task.transposed ? Pass::backward_data : Pass::forward, g, task.x.rows,
                    task.x.type, tf32 || task.x.type == ElementType::bf16};
  const ConvolutionStatus status = implementation_->plans.find(shape, workspace.bytes, plan);
  if (status.refused || status.call != nullptr) return status;
  // cuDNN has the channels of a filter side by side, the weights have the filters.
  Parts parts(scratch);
  const MatrixRef filter = parts.take(g.filters, g.patch_size(), task.x.type);
  VGAN_RETURN_IF_CUDA_FAILED(transpose(stream, task.w, false, filter), transpose);
  const MatrixRef sums =
      task.y.type == task.x.type ? task.y : parts.take(task.y.rows, task.y.cols, task.x.type);
  const float one = 1.0F;
  const float zero = 0.0F;
  const cudnnHandle_t handle = implementation_->plans.handle();
  VGAN_RETURN_IF_FAILED(cudnnSetStream(handle, stream), cudnnSetStream);
  if (task.transposed) {
    VGAN_RETURN_IF_FAILED(
        cudnnConvolutionBackwardData(
            handle, &one, plan->filter, filter.data, plan->small, task.x.data, plan->convolution,
            static_cast<cudnnConvolutionBwdDataAlgo_t>(plan->algorithm), workspace.data,
            workspace.bytes, &zero, plan->large, sums.data),
        cudnnConvolutionBackwardData);
  } else {
    VGAN_RETURN_IF_FAILED(
        cudnnConvolutionForward(handle, &one, plan->large, task.x.data, plan->filter, filter.data,
                                plan->convolution,
                                static_cast<cudnnConvolutionFwdAlgo_t>(plan->algorithm),
                                workspace.data, workspace.bytes, &zero, plan->small, sums.data),
        cudnnConvolutionForward);
  }
  const bool finished =
      activation == math::Activation::identity && task.bias.empty() && task.y.type == task.x.type;
  if (finished) return {};
  VGAN_RETURN_IF_CUDA_FAILED(finish_conv(stream, sums, task, activation, slope), finish_conv);
  return {};
}

ConvolutionStatus Convolutions::backward_weights(cudaStream_t stream,
                                                 const MatmulWorkspace& workspace, void* scratch,
                                                 const ConvGeometry& g, ConstMatrixRef large,
                                                 ConstMatrixRef small, bool accumulate,
                                                 MatrixView<float> dw, bool tf32) {
  const bool half = large.type == ElementType::bf16;
  if (!aligned_to_vectors(large.data) || !aligned_to_vectors(small.data)) return {.refused = true};
  ConvolutionPlan* plan = nullptr;
  const ConvolutionStatus status = implementation_->plans.find(
      {Pass::backward_filter, g, large.rows, ElementType::f32, tf32 || half}, workspace.bytes,
      plan);
  if (status.refused || status.call != nullptr) return status;
  Parts parts(scratch);
  const MatrixRef filter = parts.take(g.filters, g.patch_size(), ElementType::f32);
  if (half) {
    const MatrixRef wide_large = parts.take(large.rows, large.cols, ElementType::f32);
    const MatrixRef wide_small = parts.take(small.rows, small.cols, ElementType::f32);
    NoScratch none;
    const ConvertTask widen_large{large, wide_large};
    const ConvertTask widen_small{small, wide_small};
    VGAN_RETURN_IF_CUDA_FAILED(cuda::run(stream, widen_large, none), convert);
    VGAN_RETURN_IF_CUDA_FAILED(cuda::run(stream, widen_small, none), convert);
    large = wide_large;
    small = wide_small;
  }
  const float one = 1.0F;
  const float zero = 0.0F;
  const cudnnHandle_t handle = implementation_->plans.handle();
  VGAN_RETURN_IF_FAILED(cudnnSetStream(handle, stream), cudnnSetStream);
  VGAN_RETURN_IF_FAILED(
      cudnnConvolutionBackwardFilter(
          handle, &one, plan->large, large.data, plan->small, small.data, plan->convolution,
          static_cast<cudnnConvolutionBwdFilterAlgo_t>(plan->algorithm), workspace.data,
          workspace.bytes, &zero, plan->filter, filter.data),
      cudnnConvolutionBackwardFilter);
  const MatrixRef to{dw.data, ElementType::f32, dw.rows, dw.cols, dw.stride};
  VGAN_RETURN_IF_CUDA_FAILED(transpose(stream, filter, accumulate, to), transpose);
  return {};
}

#undef VGAN_RETURN_IF_FAILED
#undef VGAN_RETURN_IF_CUDA_FAILED

}  // namespace vgan::cuda
