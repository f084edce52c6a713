#include "kernels/cuda/products/convolution_plan.hpp"

#include <limits>

namespace vgan::cuda {
namespace {

using Pass = ConvolutionShape::Pass;

// cuDNN pads both ends of a side alike and takes every position that fits.
bool fits(const ConvGeometry& g) {
  const auto positions = [](std::int64_t size, std::int64_t kernel, std::int64_t stride,
                            std::int64_t pad) { return (size + 2 * pad - kernel) / stride + 1; };
  return g.height + 2 * g.pad_h >= g.kernel_h && g.width + 2 * g.pad_w >= g.kernel_w &&
         g.small_height == positions(g.height, g.kernel_h, g.stride_h, g.pad_h) &&
         g.small_width == positions(g.width, g.kernel_w, g.stride_w, g.pad_w);
}

// Its extents are of type int.
bool fits(const ConvGeometry& g, std::int64_t images) {
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  return fits(g) && images * g.large_size() <= most && images * g.small_size() <= most &&
         g.patch_size() * g.filters <= most;
}

#define VGAN_RETURN_IF_FAILED(call, name)                         \
  do {                                                            \
    const cudnnStatus_t code = call;                              \
    if (code != CUDNN_STATUS_SUCCESS) return failed(code, #name); \
  } while (false)

ConvolutionStatus describe(const ConvolutionShape& s, ConvolutionPlan& plan) {
  const ConvGeometry& g = s.geometry;
  const auto number = [](std::int64_t extent) { return static_cast<int>(extent); };
  const cudnnDataType_t type = s.type == ElementType::bf16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
  VGAN_RETURN_IF_FAILED(cudnnCreateTensorDescriptor(&plan.large), cudnnCreateTensorDescriptor);
  VGAN_RETURN_IF_FAILED(cudnnCreateTensorDescriptor(&plan.small), cudnnCreateTensorDescriptor);
  VGAN_RETURN_IF_FAILED(cudnnCreateFilterDescriptor(&plan.filter), cudnnCreateFilterDescriptor);
  VGAN_RETURN_IF_FAILED(cudnnCreateConvolutionDescriptor(&plan.convolution),
                        cudnnCreateConvolutionDescriptor);
  VGAN_RETURN_IF_FAILED(
      cudnnSetTensor4dDescriptor(plan.large, CUDNN_TENSOR_NHWC, type, number(s.images),
                                 number(g.channels), number(g.height), number(g.width)),
      cudnnSetTensor4dDescriptor);
  VGAN_RETURN_IF_FAILED(
      cudnnSetTensor4dDescriptor(plan.small, CUDNN_TENSOR_NHWC, type, number(s.images),
                                 number(g.filters), number(g.small_height), number(g.small_width)),
      cudnnSetTensor4dDescriptor);
  VGAN_RETURN_IF_FAILED(
      cudnnSetFilter4dDescriptor(plan.filter, type, CUDNN_TENSOR_NHWC, number(g.filters),
                                 number(g.channels), number(g.kernel_h), number(g.kernel_w)),
      cudnnSetFilter4dDescriptor);
  VGAN_RETURN_IF_FAILED(cudnnSetConvolution2dDescriptor(
                            plan.convolution, number(g.pad_h), number(g.pad_w), number(g.stride_h),
                            number(g.stride_w), 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
                        cudnnSetConvolution2dDescriptor);
  // The default would let f32 go through tf32.
  VGAN_RETURN_IF_FAILED(
      cudnnSetConvolutionMathType(plan.convolution,
                                  s.tensor_cores ? CUDNN_TENSOR_OP_MATH : CUDNN_FMA_MATH),
      cudnnSetConvolutionMathType);
  return {};
}

/// Keeps the fastest candidate that is deterministic and fits the workspace.
template <class Candidate>
ConvolutionStatus choose(const Candidate* candidates, int count, const ConvolutionShape& s,
                         std::size_t workspace_bytes, ConvolutionPlan& plan) {
  for (int i = 0; i < count; ++i) {
    const Candidate& one = candidates[i];
    if (one.status != CUDNN_STATUS_SUCCESS || one.determinism != CUDNN_DETERMINISTIC) continue;
    if (one.memory > workspace_bytes) continue;
    const bool on_tensor_cores = one.mathType == CUDNN_TENSOR_OP_MATH ||
                                 one.mathType == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION;
    if (!s.tensor_cores && on_tensor_cores) continue;
    plan.algorithm = static_cast<int>(one.algo);
    plan.refused = false;
    if (!s.tensor_cores) return {};
    VGAN_RETURN_IF_FAILED(cudnnSetConvolutionMathType(plan.convolution, one.mathType),
                          cudnnSetConvolutionMathType);
    return {};
  }
  return {};
}

}  // namespace

ConvolutionPlan::~ConvolutionPlan() {
  if (convolution != nullptr) cudnnDestroyConvolutionDescriptor(convolution);
  if (filter != nullptr) cudnnDestroyFilterDescriptor(filter);
  if (small != nullptr) cudnnDestroyTensorDescriptor(small);
  if (large != nullptr) cudnnDestroyTensorDescriptor(large);
}

ConvolutionPlans::~ConvolutionPlans() {
  plans_.clear();
  if (handle_ != nullptr) cudnnDestroy(handle_);
}

ConvolutionStatus failed(cudnnStatus_t code, const char* call) {
  // Codes of one kind share their thousand. Arguments that were checked before and are still bad
  // are shapes that cuDNN does not take.
  const int kind = static_cast<int>(code) / 1000 * 1000;
  if (kind == CUDNN_STATUS_NOT_SUPPORTED || kind == CUDNN_STATUS_BAD_PARAM) {
    return {.refused = true};
  }
  const bool memory = code == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED ||
                      code == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
  return {.call = call,
          .text = cudnnGetErrorString(code),
          .code = static_cast<int>(code),
          .out_of_memory = memory};
}

ConvolutionStatus ConvolutionPlans::pick(const ConvolutionShape& s, std::size_t workspace_bytes,
                                         ConvolutionPlan& plan) const {
  constexpr int most = 16;
  int found = 0;
  if (s.pass == Pass::forward) {
    cudnnConvolutionFwdAlgoPerf_t candidates[most] = {};
    VGAN_RETURN_IF_FAILED(
        cudnnGetConvolutionForwardAlgorithm_v7(handle_, plan.large, plan.filter, plan.convolution,
                                               plan.small, most, &found, candidates),
        cudnnGetConvolutionForwardAlgorithm_v7);
    return choose(candidates, found, s, workspace_bytes, plan);
  }
  if (s.pass == Pass::backward_data) {
    cudnnConvolutionBwdDataAlgoPerf_t candidates[most] = {};
    VGAN_RETURN_IF_FAILED(cudnnGetConvolutionBackwardDataAlgorithm_v7(
                              handle_, plan.filter, plan.small, plan.convolution, plan.large, most,
                              &found, candidates),
                          cudnnGetConvolutionBackwardDataAlgorithm_v7);
    return choose(candidates, found, s, workspace_bytes, plan);
  }
  cudnnConvolutionBwdFilterAlgoPerf_t candidates[most] = {};
  VGAN_RETURN_IF_FAILED(
      cudnnGetConvolutionBackwardFilterAlgorithm_v7(
          handle_, plan.large, plan.small, plan.convolution, plan.filter, most, &found, candidates),
      cudnnGetConvolutionBackwardFilterAlgorithm_v7);
  return choose(candidates, found, s, workspace_bytes, plan);
}

ConvolutionStatus ConvolutionPlans::find(const ConvolutionShape& s, std::size_t workspace_bytes,
                                         ConvolutionPlan*& found) {
  if (!fits(s.geometry, s.images)) return {.refused = true};
  if (handle_ == nullptr) VGAN_RETURN_IF_FAILED(cudnnCreate(&handle_), cudnnCreate);
  auto& plan = plans_[s];
  if (!plan) {
    auto made = std::make_unique<ConvolutionPlan>();
    ConvolutionStatus status = describe(s, *made);
    if (status.call == nullptr && !status.refused) status = pick(s, workspace_bytes, *made);
    if (status.call != nullptr) return status;
    plan = std::move(made);
  }
  found = plan.get();
  return {.refused = plan->refused};
}

#undef VGAN_RETURN_IF_FAILED

}  // namespace vgan::cuda
