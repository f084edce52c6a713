// cuDNN's convolutions as plain loops: y = alpha op(...) + beta y, sums in float, NHWC images and
// filters [k, r, s, c].
#include "tests/simt/include/cudnn.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "kernels/math/bfloat16.hpp"
#include "tests/simt/control.hpp"
#include "tests/simt/memory.hpp"
#include "tests/simt/runtime.hpp"
#include "tests/simt/tf32.hpp"

struct cudnnContext {
  cudaStream_t stream = nullptr;
};
// The extents of an image or, as [k, h, w, c], of a filter.
struct SimtLayout {
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  cudnnTensorFormat_t format = CUDNN_TENSOR_NCHW;
  int n = 0, c = 0, h = 0, w = 0;

  std::size_t size() const {
    return static_cast<std::size_t>(n) * static_cast<std::size_t>(c) * static_cast<std::size_t>(h) *
           static_cast<std::size_t>(w);
  }
  std::size_t bytes() const { return size() * (type == CUDNN_DATA_FLOAT ? 4 : 2); }
};
struct cudnnTensorStruct : SimtLayout {};
struct cudnnFilterStruct : SimtLayout {};
struct cudnnConvolutionStruct {
  int pad_h = 0, pad_w = 0, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  cudnnConvolutionMode_t mode = CUDNN_CONVOLUTION;
  cudnnDataType_t compute = CUDNN_DATA_FLOAT;
  cudnnMathType_t math = CUDNN_DEFAULT_MATH;
};

namespace {

using namespace simt;
using Layout = SimtLayout;

// Scratch and number of the algorithm that is offered last, which is the one to take.
constexpr std::size_t scratch_bytes = 4096;
constexpr int sound_algorithm = 1;

enum class Pass { forward, backward_data, backward_filter };

struct Operand {
  const char* name;
  const void* data;
  Layout layout;
};

/// A convolution of `large` by `filter` to `small`; which of them is written says the pass.
struct Convolution {
  const char* call;
  Pass pass;
  cudnnConvolutionStruct how;
  Operand large, filter, small;
  float alpha = 1.0F, beta = 0.0F;

  const Operand& written() const {
    return pass == Pass::forward ? small : pass == Pass::backward_data ? large : filter;
  }
};

std::vector<float> load(const Operand& from, bool tf32) {
  std::vector<float> values(from.layout.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (from.layout.type == CUDNN_DATA_BFLOAT16) {
      vgan::math::BFloat16 half{};
      std::memcpy(&half, static_cast<const char*>(from.data) + 2 * i, 2);
      values[i] = vgan::math::to_float(half);
    } else {
      std::memcpy(&values[i], static_cast<const char*>(from.data) + 4 * i, 4);
      if (tf32) values[i] = to_tf32(values[i]);
    }
  }
  return values;
}

void store(const Operand& to, const std::vector<float>& values) {
  auto* data = static_cast<char*>(const_cast<void*>(to.data));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const vgan::math::BFloat16 half = vgan::math::to_bfloat16(values[i]);
    if (to.layout.type == CUDNN_DATA_BFLOAT16) std::memcpy(data + 2 * i, &half, 2);
    if (to.layout.type == CUDNN_DATA_FLOAT) std::memcpy(data + 4 * i, &values[i], 4);
  }
}

// Calls `body(large, filter, small)` with places of numbers that meet, c of them side by side in
// `large` and `filter`.
template <class Body>
void for_each_meeting(const Convolution& v, Body body) {
  const Layout &x = v.large.layout, &f = v.filter.layout, &y = v.small.layout;
  const auto place = [](const Layout& l, int n, int h, int w) {
    return ((static_cast<std::size_t>(n) * static_cast<std::size_t>(l.h) +
             static_cast<std::size_t>(h)) *
                static_cast<std::size_t>(l.w) +
            static_cast<std::size_t>(w)) *
           static_cast<std::size_t>(l.c);
  };
  for (int n = 0; n < y.n; ++n) {
    for (int at = 0; at < y.h * y.w; ++at) {
      const std::size_t small = place(y, n, at / y.w, at % y.w);
      for (int tap = 0; tap < f.h * f.w; ++tap) {
        const int row = at / y.w * v.how.stride_h - v.how.pad_h + tap / f.w;
        const int col = at % y.w * v.how.stride_w - v.how.pad_w + tap % f.w;
        if (row < 0 || row >= x.h || col < 0 || col >= x.w) continue;
        const std::size_t large = place(x, n, row, col);
        for (int k = 0; k < f.n; ++k) {
          body(large, place(f, k, tap / f.w, tap % f.w), small + static_cast<std::size_t>(k));
        }
      }
    }
  }
}

bool operands_are_sound(const Convolution& v, const Scratch& workspace) {
  for (const Operand& each : {v.large, v.filter, v.small,
                              Operand{"the workspace",
                                      workspace.base,
                                      {CUDNN_DATA_HALF, CUDNN_TENSOR_NHWC,
                                       static_cast<int>(workspace.bytes / 2), 1, 1, 1}}}) {
    const std::string problem = device_range_problem(each.data, each.layout.bytes());
    if (problem.empty()) continue;
    record_finding(std::string(v.call) + ": " + each.name + " " + problem, cudaErrorIllegalAddress);
    return false;
  }
  return true;
}

void run(const Convolution& v, const Scratch& workspace) {
  if (!operands_are_sound(v, workspace)) return;
  std::memset(const_cast<char*>(workspace.base), 0xFF, workspace.bytes);
  const bool tf32 = v.how.math == CUDNN_TENSOR_OP_MATH || v.how.math == CUDNN_DEFAULT_MATH;
  std::vector<float> sums(v.written().layout.size(), 0.0F);
  const auto read = [&](const Operand& one) {
    return &one == &v.written() ? std::vector<float>{} : load(one, tf32);
  };
  const std::vector<float> large = read(v.large), filter = read(v.filter), small = read(v.small);
  const auto channels = static_cast<std::size_t>(v.large.layout.c);
  for_each_meeting(v, [&](std::size_t x, std::size_t f, std::size_t y) {
    for (std::size_t c = 0; c < channels; ++c) {
      if (v.pass == Pass::forward) sums[y] += large[x + c] * filter[f + c];
      if (v.pass == Pass::backward_data) sums[x + c] += small[y] * filter[f + c];
      if (v.pass == Pass::backward_filter) sums[f + c] += large[x + c] * small[y];
    }
  });
  std::vector<float> before;
  if (v.beta != 0.0F) before = load(v.written(), false);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] = v.alpha * sums[i] + (before.empty() ? 0.0F : v.beta * before[i]);
  }
  store(v.written(), sums);
}

cudnnStatus_t check_shapes(const Convolution& v) {
  const Layout &x = v.large.layout, &f = v.filter.layout, &y = v.small.layout;
  for (const Layout& each : {x, f, y}) {
    if (each.size() == 0) return CUDNN_STATUS_BAD_PARAM;
    if (each.format != CUDNN_TENSOR_NHWC) return CUDNN_STATUS_NOT_SUPPORTED_LAYOUT;
    if (each.type != x.type) return CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE;
  }
  if (x.type != CUDNN_DATA_FLOAT && x.type != CUDNN_DATA_BFLOAT16) {
    return CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE;
  }
  if (v.how.mode != CUDNN_CROSS_CORRELATION || v.how.compute != CUDNN_DATA_FLOAT ||
      v.how.dilation_h != 1 || v.how.dilation_w != 1) {
    return CUDNN_STATUS_NOT_SUPPORTED;
  }
  const auto positions = [](int size, int kernel, int stride, int pad) {
    return (size + 2 * pad - kernel) / stride + 1;
  };
  const bool fits = x.n == y.n && f.c == x.c && f.n == y.c &&
                    y.h == positions(x.h, f.h, v.how.stride_h, v.how.pad_h) &&
                    y.w == positions(x.w, f.w, v.how.stride_w, v.how.pad_w);
  return fits ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH;
}

// An injected or sticky CUDA error reaches the caller as cuDNN's own.
cudnnStatus_t library_call(const char* name, const std::function<cudnnStatus_t()>& body) {
  cudnnStatus_t status = CUDNN_STATUS_SUCCESS;
  const cudaError_t error = api(name, [&] {
    status = body();
    return cudaSuccess;
  });
  if (status != CUDNN_STATUS_SUCCESS || error == cudaSuccess) return status;
  if (error == cudaErrorMemoryAllocation) {
    return CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
  }
  if (error == cudaErrorNotSupported) return CUDNN_STATUS_NOT_SUPPORTED;
  const bool unusable = error == cudaErrorNoDevice || error == cudaErrorInsufficientDriver;
  return unusable ? CUDNN_STATUS_NOT_INITIALIZED : CUDNN_STATUS_EXECUTION_FAILED;
}

template <class T>
cudnnStatus_t create(const char* name, T** made) {
  *made = nullptr;
  return library_call(name, [&] {
    *made = new T;
    return CUDNN_STATUS_SUCCESS;
  });
}

template <class T>
cudnnStatus_t destroy_one(T* made) {
  delete made;
  return CUDNN_STATUS_SUCCESS;
}

// Offered in this order: one that adds in the order of arrival, one that wants more memory than
// there is, the sound one.
template <class Perf>
cudnnStatus_t offer(cudnnHandle_t handle, const Convolution& v, int wanted, int* found,
                    Perf* results) {
  *found = 0;
  return library_call(v.call, [&] {
    if (handle == nullptr || wanted < 1) return CUDNN_STATUS_BAD_PARAM;
    const cudnnStatus_t status = check_shapes(v);
    if (status != CUDNN_STATUS_SUCCESS) return status;
    const struct {
      int algorithm;
      cudnnDeterminism_t determinism;
      std::size_t memory;
    } all[] = {{0, CUDNN_NON_DETERMINISTIC, 0},
               {0, CUDNN_DETERMINISTIC, std::size_t{1} << 40},
               {sound_algorithm, CUDNN_DETERMINISTIC, scratch_bytes}};
    for (const auto& [algorithm, determinism, memory] : all) {
      if (*found == wanted) break;
      Perf& one = results[(*found)++];
      one = {};
      one.algo = static_cast<decltype(one.algo)>(algorithm);
      one.status = CUDNN_STATUS_SUCCESS;
      one.memory = memory;
      one.determinism = determinism;
      one.mathType = v.how.math;
    }
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t put(cudnnHandle_t handle, Convolution v, int algorithm, void* workspace,
                  std::size_t workspace_bytes, const void* alpha, const void* beta) {
  return library_call(v.call, [&] {
    if (handle == nullptr) return CUDNN_STATUS_NOT_INITIALIZED;
    const cudnnStatus_t status = check_shapes(v);
    if (status != CUDNN_STATUS_SUCCESS) return status;
    if (algorithm != sound_algorithm) {
      record_finding(std::string(v.call) +
                     ": an algorithm that is not deterministic or wants more memory");
    }
    if (workspace_bytes < scratch_bytes) return CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT;
    for (const Operand& each : {v.large, v.filter, v.small}) {
      if (reinterpret_cast<std::uintptr_t>(each.data) % 16 != 0) {
        record_finding(std::string(v.call) + ": " + each.name +
                       " is not at a multiple of 16 bytes");
      }
    }
    std::memcpy(&v.alpha, alpha, sizeof(float));
    std::memcpy(&v.beta, beta, sizeof(float));
    const Scratch scratch{static_cast<const char*>(workspace), scratch_bytes};
    Work work{v.call, [=] { run(v, scratch); }, scratch};
    return enqueue(handle->stream, std::move(work)) == cudaSuccess ? CUDNN_STATUS_SUCCESS
                                                                   : CUDNN_STATUS_EXECUTION_FAILED;
  });
}

cudnnStatus_t set_layout(const char* name, Layout& layout, const Layout& value) {
  return library_call(name, [&] {
    if (value.n < 1 || value.c < 1 || value.h < 1 || value.w < 1) return CUDNN_STATUS_BAD_PARAM;
    layout = value;
    return CUDNN_STATUS_SUCCESS;
  });
}

}  // namespace

std::size_t cudnnGetVersion() { return 91900; }

const char* cudnnGetErrorString(cudnnStatus_t status) {
  switch (status) {
    case CUDNN_STATUS_SUCCESS: return "CUDNN_STATUS_SUCCESS";
    case CUDNN_STATUS_NOT_INITIALIZED: return "CUDNN_STATUS_NOT_INITIALIZED";
    case CUDNN_STATUS_BAD_PARAM: return "CUDNN_STATUS_BAD_PARAM";
    case CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT:
      return "CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT";
    case CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH: return "CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH";
    case CUDNN_STATUS_NOT_SUPPORTED: return "CUDNN_STATUS_NOT_SUPPORTED";
    case CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE: return "CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE";
    case CUDNN_STATUS_NOT_SUPPORTED_LAYOUT: return "CUDNN_STATUS_NOT_SUPPORTED_LAYOUT";
    case CUDNN_STATUS_INTERNAL_ERROR: return "CUDNN_STATUS_INTERNAL_ERROR";
    case CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED:
      return "CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED";
    case CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED:
      return "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED";
    case CUDNN_STATUS_EXECUTION_FAILED: return "CUDNN_STATUS_EXECUTION_FAILED";
  }
  return "unknown";
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) { return create("cudnnCreate", handle); }
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) { return destroy_one(handle); }
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  return library_call("cudnnSetStream", [&] {
    handle->stream = stream;
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* tensor) {
  return create("cudnnCreateTensorDescriptor", tensor);
}
cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t tensor) {
  return destroy_one(tensor);
}
cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t tensor, cudnnTensorFormat_t format,
                                         cudnnDataType_t type, int n, int c, int h, int w) {
  return set_layout("cudnnSetTensor4dDescriptor", *tensor, {type, format, n, c, h, w});
}
cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t* filter) {
  return create("cudnnCreateFilterDescriptor", filter);
}
cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t filter) {
  return destroy_one(filter);
}
cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t filter, cudnnDataType_t type,
                                         cudnnTensorFormat_t format, int k, int c, int h, int w) {
  return set_layout("cudnnSetFilter4dDescriptor", *filter, {type, format, k, c, h, w});
}
cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t* convolution) {
  return create("cudnnCreateConvolutionDescriptor", convolution);
}
cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t convolution) {
  return destroy_one(convolution);
}
cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t convolution, int pad_h,
                                              int pad_w, int stride_h, int stride_w, int dilation_h,
                                              int dilation_w, cudnnConvolutionMode_t mode,
                                              cudnnDataType_t compute) {
  return library_call("cudnnSetConvolution2dDescriptor", [&] {
    if (pad_h < 0 || pad_w < 0 || stride_h < 1 || stride_w < 1) return CUDNN_STATUS_BAD_PARAM;
    *convolution = {pad_h,      pad_w, stride_h, stride_w,          dilation_h,
                    dilation_w, mode,  compute,  CUDNN_DEFAULT_MATH};
    return CUDNN_STATUS_SUCCESS;
  });
}
cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t convolution,
                                          cudnnMathType_t math) {
  return library_call("cudnnSetConvolutionMathType", [&] {
    convolution->math = math;
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(
    cudnnHandle_t handle, cudnnTensorDescriptor_t x, cudnnFilterDescriptor_t w,
    cudnnConvolutionDescriptor_t convolution, cudnnTensorDescriptor_t y, int wanted, int* found,
    cudnnConvolutionFwdAlgoPerf_t* results) {
  return offer(handle,
               {"cudnnGetConvolutionForwardAlgorithm_v7",
                Pass::forward,
                *convolution,
                {"x", nullptr, *x},
                {"w", nullptr, *w},
                {"y", nullptr, *y}},
               wanted, found, results);
}
cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(
    cudnnHandle_t handle, cudnnFilterDescriptor_t w, cudnnTensorDescriptor_t dy,
    cudnnConvolutionDescriptor_t convolution, cudnnTensorDescriptor_t dx, int wanted, int* found,
    cudnnConvolutionBwdDataAlgoPerf_t* results) {
  return offer(handle,
               {"cudnnGetConvolutionBackwardDataAlgorithm_v7",
                Pass::backward_data,
                *convolution,
                {"dx", nullptr, *dx},
                {"w", nullptr, *w},
                {"dy", nullptr, *dy}},
               wanted, found, results);
}
cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(
    cudnnHandle_t handle, cudnnTensorDescriptor_t x, cudnnTensorDescriptor_t dy,
    cudnnConvolutionDescriptor_t convolution, cudnnFilterDescriptor_t dw, int wanted, int* found,
    cudnnConvolutionBwdFilterAlgoPerf_t* results) {
  return offer(handle,
               {"cudnnGetConvolutionBackwardFilterAlgorithm_v7",
                Pass::backward_filter,
                *convolution,
                {"x", nullptr, *x},
                {"dw", nullptr, *dw},
                {"dy", nullptr, *dy}},
               wanted, found, results);
}

cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void* alpha,
                                      cudnnTensorDescriptor_t x_desc, const void* x,
                                      cudnnFilterDescriptor_t w_desc, const void* w,
                                      cudnnConvolutionDescriptor_t convolution,
                                      cudnnConvolutionFwdAlgo_t algorithm, void* workspace,
                                      std::size_t workspace_bytes, const void* beta,
                                      cudnnTensorDescriptor_t y_desc, void* y) {
  return put(handle,
             {"cudnnConvolutionForward",
              Pass::forward,
              *convolution,
              {"x", x, *x_desc},
              {"w", w, *w_desc},
              {"y", y, *y_desc}},
             algorithm, workspace, workspace_bytes, alpha, beta);
}
cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void* alpha,
                                           cudnnFilterDescriptor_t w_desc, const void* w,
                                           cudnnTensorDescriptor_t dy_desc, const void* dy,
                                           cudnnConvolutionDescriptor_t convolution,
                                           cudnnConvolutionBwdDataAlgo_t algorithm, void* workspace,
                                           std::size_t workspace_bytes, const void* beta,
                                           cudnnTensorDescriptor_t dx_desc, void* dx) {
  return put(handle,
             {"cudnnConvolutionBackwardData",
              Pass::backward_data,
              *convolution,
              {"dx", dx, *dx_desc},
              {"w", w, *w_desc},
              {"dy", dy, *dy_desc}},
             algorithm, workspace, workspace_bytes, alpha, beta);
}
cudnnStatus_t cudnnConvolutionBackwardFilter(
    cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t x_desc, const void* x,
    cudnnTensorDescriptor_t dy_desc, const void* dy, cudnnConvolutionDescriptor_t convolution,
    cudnnConvolutionBwdFilterAlgo_t algorithm, void* workspace, std::size_t workspace_bytes,
    const void* beta, cudnnFilterDescriptor_t dw_desc, void* dw) {
  return put(handle,
             {"cudnnConvolutionBackwardFilter",
              Pass::backward_filter,
              *convolution,
              {"x", x, *x_desc},
              {"dw", dw, *dw_desc},
              {"dy", dy, *dy_desc}},
             algorithm, workspace, workspace_bytes, alpha, beta);
}
