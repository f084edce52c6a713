#include "kernels/cuda/products/convolution.hpp"

#include <cstdint>
#include <optional>
#include <vector>

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

// What cuDNN may do to the sums while it has them. Leaky ReLU is one product there as here, and
// keeps NaN. Its tanh is the processor's approximation, with an error of 2^-11, and its sigmoid
// rests on one of exp, so these stay ours. So does what follows a transposed convolution:
// cuDNN 9.19 compiles such a kernel for Hopper in ten times as long as a forward one, and has none
// for images of one channel.
std::optional<ConvolutionEpilogue> epilogue_of(const ConvTask& task, math::Activation activation,
                                               float slope) {
  const bool leaky = activation == math::Activation::leaky_relu;
  const bool known = leaky || activation == math::Activation::identity;
  if (task.transposed || !task.at.empty() || !known) return std::nullopt;
  if (task.bias.empty() && !leaky) return std::nullopt;
  return ConvolutionEpilogue{!task.bias.empty(), leaky, leaky ? slope : 0.0F, task.y.type};
}

}  // namespace

std::vector<SharedLibrary> convolution_libraries() {
  Cudnn table;
  std::vector<SharedLibrary> all{load(table)};
  if (all.front().usable()) all.push_back(open_compiler(table));
  return all;
}

struct Convolutions::Implementation {
  /// The plan of a shape, which is made if need be and if the stream is not captured: a capture
  /// forbids what making one takes.
  ConvolutionStatus plan_for(const Shape& shape, cudaStream_t stream, std::size_t workspace_bytes,
                             ConvolutionPlan*& plan) {
    if (!plans.has(shape)) {
      cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
      const cudaError_t status = cudaStreamIsCapturing(stream, &capture);
      if (status != cudaSuccess) return {.call = "cudaStreamIsCapturing", .cuda = status};
      if (capture != cudaStreamCaptureStatusNone) return {.refused = true};
    }
    return plans.find(shape, workspace_bytes, plan);
  }

  ConvolutionStatus run(ConvolutionPlan& plan, cudaStream_t stream,
                        const MatmulWorkspace& workspace,
                        const std::vector<ConvolutionOperand>& operands) {
    const ConvolutionStatus status = plans.run(plan, stream, workspace, operands);
    plan.refused = status.refused;  // for good
    return status;
  }

  ConvolutionPlans plans;
};

Convolutions::Convolutions() : implementation_(std::make_unique<Implementation>()) {}
Convolutions::~Convolutions() = default;

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
  if (!aligned_to_vectors(task.x.data) || !aligned_to_vectors(task.y.data)) {
    return {.refused = true};
  }
  const bool tensor_cores = tf32 || task.x.type == ElementType::bf16;
  Shape shape{task.transposed ? Pass::backward_data : Pass::forward, task.geometry, task.x.rows,
              task.x.type, tensor_cores};
  Shape fused = shape;
  fused.epilogue = epilogue_of(task, activation, slope);
  ConvolutionPlan* plan = nullptr;
  ConvolutionStatus status{.refused = true};
  if (fused.epilogue) status = implementation_->plan_for(fused, stream, workspace.bytes, plan);
  const bool is_fused = !status.refused;
  if (!is_fused) status = implementation_->plan_for(shape, stream, workspace.bytes, plan);
  if (status.refused || status.call != nullptr) return status;
  // cuDNN has the channels of a filter side by side, the weights have the filters.
  Parts parts(scratch);
  const MatrixRef filter =
      parts.take(task.geometry.filters, task.geometry.patch_size(), task.x.type);
  VGAN_RETURN_IF_CUDA_FAILED(transpose(stream, task.w, false, filter), transpose);
  const MatrixRef sums = is_fused || task.y.type == task.x.type
                             ? task.y
                             : parts.take(task.y.rows, task.y.cols, task.x.type);
  const bool to_large = task.transposed;
  std::vector<ConvolutionOperand> operands{
      {ConvolutionTensor::large, to_large ? sums.data : task.x.data},
      {ConvolutionTensor::small, to_large ? task.x.data : sums.data},
      {ConvolutionTensor::filter, filter.data}};
  if (is_fused && fused.epilogue->bias) {
    operands.push_back({ConvolutionTensor::bias, task.bias.data});
  }
  status = implementation_->run(*plan, stream, workspace, operands);
  if (status.refused || status.call != nullptr || is_fused) return status;
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
  ConvolutionStatus status = implementation_->plan_for(
      {Pass::backward_filter, g, large.rows, ElementType::f32, tf32 || half}, stream,
      workspace.bytes, plan);
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
  status = implementation_->run(*plan, stream, workspace,
                                {{ConvolutionTensor::large, large.data},
                                 {ConvolutionTensor::small, small.data},
                                 {ConvolutionTensor::filter, filter.data}});
  if (status.refused || status.call != nullptr) return status;
  const MatrixRef to{dw.data, ElementType::f32, dw.rows, dw.cols, dw.stride};
  VGAN_RETURN_IF_CUDA_FAILED(transpose(stream, filter, accumulate, to), transpose);
  return {};
}

#undef VGAN_RETURN_IF_CUDA_FAILED

}  // namespace vgan::cuda
