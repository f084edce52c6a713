// The executor's cuDNN: what it refuses and what it finds. What it computes is tested through the
// backend (tests/device/ops/test_conv.cpp).
#include <cudnn.h>

#include <string>

#include "tests/simt/test_fixture.hpp"

namespace vgan::simt_tests {
namespace {

#define DNN_OK(call) REQUIRE((call) == CUDNN_STATUS_SUCCESS)

/// Two images of 4 x 4 x 2, four filters of 2 x 2, stride 2: to 2 x 2 x 4.
struct Plan {
  Plan() {
    DNN_OK(cudnnCreate(&handle));
    DNN_OK(cudnnCreateTensorDescriptor(&x));
    DNN_OK(cudnnCreateTensorDescriptor(&y));
    DNN_OK(cudnnCreateFilterDescriptor(&w));
    DNN_OK(cudnnCreateConvolutionDescriptor(&how));
    DNN_OK(cudnnSetTensor4dDescriptor(x, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 2, 2, 4, 4));
    DNN_OK(cudnnSetTensor4dDescriptor(y, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 2, 4, 2, 2));
    DNN_OK(cudnnSetFilter4dDescriptor(w, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NHWC, 4, 2, 2, 2));
    DNN_OK(cudnnSetConvolution2dDescriptor(how, 0, 0, 2, 2, 1, 1, CUDNN_CROSS_CORRELATION,
                                           CUDNN_DATA_FLOAT));
  }
  ~Plan() {
    cudnnDestroyConvolutionDescriptor(how);
    cudnnDestroyFilterDescriptor(w);
    cudnnDestroyTensorDescriptor(y);
    cudnnDestroyTensorDescriptor(x);
    cudnnDestroy(handle);
  }
  cudnnStatus_t convolve(float* to, std::byte* workspace, std::size_t bytes, int algorithm = 1) {
    const float one = 1.0F;
    const float zero = 0.0F;
    return cudnnConvolutionForward(handle, &one, x, in.data(), w, filter.data(), how,
                                   static_cast<cudnnConvolutionFwdAlgo_t>(algorithm), workspace,
                                   bytes, &zero, y, to);
  }

  cudnnHandle_t handle = nullptr;
  cudnnTensorDescriptor_t x = nullptr, y = nullptr;
  cudnnFilterDescriptor_t w = nullptr;
  cudnnConvolutionDescriptor_t how = nullptr;
  DeviceValues<float> in{std::vector<float>(64, 1.0F)}, filter{std::vector<float>(32, 0.5F)};
  DeviceValues<float> out{32}, other{32};
  DeviceValues<std::byte> memory{8192};
};

TEST_CASE("simt: cudnnConvolutionForward convolves", "[simt]") {
  const Clean clean;
  Plan plan;
  DNN_OK(plan.convolve(plan.out.data(), plan.memory.data(), 8192));
  for (const float value : plan.out.get()) CHECK(value == 4.0F);  // 8 products of 1/2
}

TEST_CASE("simt: shapes and layouts that cuDNN refuses are refused", "[simt]") {
  const Clean clean;
  Plan plan;
  CHECK(plan.convolve(plan.out.data(), plan.memory.data(), 100) ==
        CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT);
  DNN_OK(cudnnSetTensor4dDescriptor(plan.y, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 2, 4, 3, 2));
  CHECK(plan.convolve(plan.out.data(), plan.memory.data(), 8192) ==
        CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH);
  DNN_OK(cudnnSetTensor4dDescriptor(plan.y, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 2, 4, 2, 2));
  CHECK(plan.convolve(plan.out.data(), plan.memory.data(), 8192) ==
        CUDNN_STATUS_NOT_SUPPORTED_LAYOUT);
  CHECK(cudnnSetTensor4dDescriptor(plan.y, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 0, 4, 2, 2) ==
        CUDNN_STATUS_BAD_PARAM);
  CHECK(std::string(cudnnGetErrorString(CUDNN_STATUS_NOT_SUPPORTED)) ==
        "CUDNN_STATUS_NOT_SUPPORTED");
}

TEST_CASE("simt: an algorithm that adds in any order is found", "[simt]") {
  const Clean clean;
  Plan plan;
  cudnnConvolutionFwdAlgoPerf_t offered[4] = {};
  int found = 0;
  DNN_OK(cudnnGetConvolutionForwardAlgorithm_v7(plan.handle, plan.x, plan.w, plan.how, plan.y, 4,
                                                &found, offered));
  REQUIRE(found == 3);
  CHECK(offered[0].determinism == CUDNN_NON_DETERMINISTIC);
  CHECK_THAT(finding_of([&] {
               (void)plan.convolve(plan.out.data(), plan.memory.data(), 8192, offered[0].algo);
             }),
             ContainsSubstring("not deterministic"));
}

TEST_CASE("simt: convolutions that can run at once must not share a workspace", "[simt]") {
  const Clean clean;
  Plan plan;
  Stream first, second;
  const auto run = [&](std::size_t offset) {
    return finding_of([&] {
      DNN_OK(cudnnSetStream(plan.handle, first));
      (void)plan.convolve(plan.out.data(), plan.memory.data(), 4096);
      DNN_OK(cudnnSetStream(plan.handle, second));
      (void)plan.convolve(plan.other.data(), plan.memory.data() + offset, 4096);
    });
  };
  CHECK(run(4096).empty());
  CHECK_THAT(run(0), ContainsSubstring("same workspace"));
}

TEST_CASE("simt: images outside their allocation are found", "[simt]") {
  const Clean clean;
  Plan plan;
  const DeviceValues<float> small(31);
  CHECK_THAT(finding_of([&] { (void)plan.convolve(small.data(), plan.memory.data(), 8192); }),
             ContainsSubstring("y ends 4 bytes past allocation"));
}

}  // namespace
}  // namespace vgan::simt_tests
