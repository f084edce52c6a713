// The executor's cuDNN: what it refuses and what it finds. What it computes is tested through the
// backend (tests/device/ops/test_conv.cpp).
#include <cudnn.h>

#include <array>
#include <string>

#include "tests/simt/test_fixture.hpp"

namespace vgan::simt_tests {
namespace {

#define DNN_OK(call) REQUIRE((call) == CUDNN_STATUS_SUCCESS)

using Extents = std::array<std::int64_t, 4>;

/// A descriptor of the graph API, by the calls that its user makes.
struct Part {
  explicit Part(cudnnBackendDescriptorType_t type) {
    DNN_OK(cudnnBackendCreateDescriptor(type, &handle));
  }
  Part(Part&& from) noexcept : handle(std::exchange(from.handle, nullptr)) {}
  ~Part() {
    if (handle != nullptr) cudnnBackendDestroyDescriptor(handle);
  }
  template <class T>
  cudnnStatus_t set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                    const T& value) {
    return cudnnBackendSetAttribute(handle, name, type, 1, &value);
  }
  template <class T, std::size_t N>
  cudnnStatus_t set(cudnnBackendAttributeName_t name, const std::array<T, N>& values) {
    return cudnnBackendSetAttribute(handle, name, CUDNN_TYPE_INT64, N, values.data());
  }
  cudnnStatus_t set(cudnnBackendAttributeName_t name, const Part& part) {
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, part.handle);
  }
  cudnnStatus_t finalize() { return cudnnBackendFinalize(handle); }

  cudnnBackendDescriptor_t handle = nullptr;
};

Part tensor(std::int64_t id, Extents e, Extents strides, cudnnDataType_t type, bool is_virtual) {
  Part made(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  DNN_OK(made.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, type));
  DNN_OK(made.set(CUDNN_ATTR_TENSOR_DIMENSIONS, e));
  DNN_OK(made.set(CUDNN_ATTR_TENSOR_STRIDES, strides));
  DNN_OK(made.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, id));
  DNN_OK(made.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, std::int64_t{16}));
  DNN_OK(made.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, is_virtual));
  DNN_OK(made.finalize());
  return made;
}

Part tensor(std::int64_t id, Extents e, cudnnDataType_t type = CUDNN_DATA_FLOAT,
            bool is_virtual = false) {
  return tensor(id, e, {e[1] * e[2] * e[3], 1, e[3] * e[1], e[1]}, type, is_virtual);
}

/// Two images of 4 x 4 x 2, four filters of 2 x 2, stride 2: to 2 x 2 x 4. Tensors 1, 2 and 3.
struct Convolved {
  explicit Convolved(Part to) : y(std::move(to)) {
    constexpr std::array<std::int64_t, 2> none{0, 0}, twice{2, 2}, one{1, 1};
    DNN_OK(how.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, std::int64_t{2}));
    DNN_OK(how.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT));
    DNN_OK(how.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE,
                   CUDNN_CROSS_CORRELATION));
    DNN_OK(how.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, none));
    DNN_OK(how.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, none));
    DNN_OK(how.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, twice));
    DNN_OK(how.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, one));
    DNN_OK(how.finalize());
    DNN_OK(operation.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, x));
    DNN_OK(operation.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, w));
    DNN_OK(operation.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, y));
    DNN_OK(operation.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, how));
    DNN_OK(operation.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT, 1.0F));
    DNN_OK(operation.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT, 0.0F));
  }
  /// What finalising the heuristics of a graph of this and of `more` operations says.
  cudnnStatus_t choose(const std::vector<const Part*>& more = {}) {
    DNN_OK(operation.finalize());
    std::vector<cudnnBackendDescriptor_t> all{operation.handle};
    for (const Part* each : more) all.push_back(each->handle);
    DNN_OK(cudnnBackendSetAttribute(graph.handle, CUDNN_ATTR_OPERATIONGRAPH_OPS,
                                    CUDNN_TYPE_BACKEND_DESCRIPTOR,
                                    static_cast<std::int64_t>(all.size()), all.data()));
    DNN_OK(graph.finalize());
    DNN_OK(heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph));
    DNN_OK(heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, CUDNN_HEUR_MODE_A));
    return heuristics.finalize();
  }

  Part x = tensor(1, {2, 2, 4, 4}), w = tensor(2, {4, 2, 2, 2}), y;
  Part how{CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR};
  Part operation{CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR};
  Part graph{CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR};
  Part heuristics{CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR};
};

/// A plan of that convolution by one of the engines that are offered.
struct Plan : Convolved {
  // The fourth is sound: see tests/simt/cudnn.cpp.
  explicit Plan(std::size_t engine = 3) : Convolved(tensor(3, {2, 4, 2, 2})) {
    DNN_OK(cudnnCreate(&handle));
    DNN_OK(choose());
    std::vector<cudnnBackendDescriptor_t> handles;
    for (const Part& each : configurations) handles.push_back(each.handle);
    std::int64_t found = 0;
    DNN_OK(cudnnBackendGetAttribute(heuristics.handle, CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                    CUDNN_TYPE_BACKEND_DESCRIPTOR, 4, &found, handles.data()));
    REQUIRE(found == 4);
    DNN_OK(plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, handle));
    DNN_OK(plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configurations[engine]));
  }
  ~Plan() { cudnnDestroy(handle); }
  cudnnStatus_t convolve(float* to, std::byte* workspace, std::int64_t names = 3) {
    Part pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    const std::int64_t ids[] = {1, 2, 3};
    void* const data[] = {in.data(), filter.data(), to};
    DNN_OK(cudnnBackendSetAttribute(pack.handle, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS,
                                    CUDNN_TYPE_INT64, names, ids));
    DNN_OK(cudnnBackendSetAttribute(pack.handle, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS,
                                    CUDNN_TYPE_VOID_PTR, names, data));
    DNN_OK(pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, workspace));
    DNN_OK(pack.finalize());
    return cudnnBackendExecute(handle, plan.handle, pack.handle);
  }

  cudnnHandle_t handle = nullptr;
  std::array<Part, 4> configurations{
      Part(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR), Part(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR),
      Part(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR), Part(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR)};
  Part plan{CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR};
  DeviceValues<float> in{std::vector<float>(64, 1.0F)}, filter{std::vector<float>(32, 0.5F)};
  DeviceValues<float> out{32}, other{32};
  DeviceValues<std::byte> memory{8192};
};

Part pointwise(cudnnPointwiseMode_t mode, const Part& from, const Part* bias, const Part& to) {
  Part how(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  DNN_OK(how.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, mode));
  DNN_OK(how.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT));
  DNN_OK(how.finalize());
  Part made(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  DNN_OK(made.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, how));
  DNN_OK(made.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, from));
  if (bias != nullptr) DNN_OK(made.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *bias));
  DNN_OK(made.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, to));
  DNN_OK(made.finalize());
  return made;
}

TEST_CASE("simt: a plan of cuDNN convolves", "[simt]") {
  const Clean clean;
  Plan plan;
  DNN_OK(plan.plan.finalize());
  DNN_OK(plan.convolve(plan.out.data(), plan.memory.data()));
  for (const float value : plan.out.get()) CHECK(value == 4.0F);  // 8 products of 1/2
}

TEST_CASE("simt: attributes that cuDNN refuses are refused", "[simt]") {
  const Clean clean;
  Part made(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  CHECK(made.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_FLOAT, 1.0F) ==
        CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE);
  CHECK(made.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, std::array<std::int64_t, 2>{1, 2}) ==
        CUDNN_STATUS_BAD_PARAM);
  CHECK(made.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, std::int64_t{2}) ==
        CUDNN_STATUS_BAD_PARAM);
  CHECK(made.finalize() == CUDNN_STATUS_BAD_PARAM);  // most is missing
  Part whole = tensor(1, {1, 1, 1, 1});
  CHECK(whole.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, std::int64_t{2}) ==
        CUDNN_STATUS_BAD_PARAM);  // it is finalised
  Convolved wrong(tensor(3, {2, 4, 3, 2}));
  CHECK(wrong.operation.finalize() == CUDNN_STATUS_BAD_PARAM);
  CHECK(std::string(cudnnGetErrorString(CUDNN_STATUS_NOT_SUPPORTED)) ==
        "CUDNN_STATUS_NOT_SUPPORTED");
}

TEST_CASE("simt: graphs that no engine of cuDNN takes are refused", "[simt]") {
  const Clean clean;
  CHECK(Convolved(tensor(3, {2, 4, 2, 2}, {16, 4, 2, 1}, CUDNN_DATA_FLOAT, false)).choose() ==
        CUDNN_STATUS_NOT_SUPPORTED_LAYOUT);
  CHECK(Convolved(tensor(3, {2, 4, 2, 2}, CUDNN_DATA_HALF)).choose() ==
        CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE);
  CHECK(Convolved(tensor(3, {2, 4, 2, 2}, CUDNN_DATA_BFLOAT16)).choose() ==
        CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE);
  const Part bias = tensor(5, {1, 4, 1, 1}), wide_bias = tensor(5, {2, 4, 2, 2});
  const Part to = tensor(4, {2, 4, 2, 2}), half = tensor(4, {2, 4, 2, 2}, CUDNN_DATA_BFLOAT16);
  const auto followed_by = [&](cudnnPointwiseMode_t mode, const Part* added, const Part& result) {
    Convolved v(tensor(3, {2, 4, 2, 2}, CUDNN_DATA_FLOAT, true));
    const Part next = pointwise(mode, v.y, added, result);
    return v.choose({&next});
  };
  DNN_OK(followed_by(CUDNN_POINTWISE_ADD, &bias, to));
  DNN_OK(followed_by(CUDNN_POINTWISE_RELU_FWD, nullptr, half));
  CHECK(followed_by(CUDNN_POINTWISE_ADD, &wide_bias, to) ==
        CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN);
  CHECK(followed_by(CUDNN_POINTWISE_TANH_FWD, nullptr, to) ==
        CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN);
  // The sums go nowhere.
  CHECK(Convolved(tensor(3, {2, 4, 2, 2}, CUDNN_DATA_FLOAT, true)).choose() ==
        CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN);
}

TEST_CASE("simt: engines that are not to be taken are found when they run", "[simt]") {
  const Clean clean;
  for (const std::size_t engine : {0, 1, 2}) {
    INFO(engine);
    Plan plan(engine);
    DNN_OK(plan.plan.finalize());
    CHECK_THAT(finding_of([&] { (void)plan.convolve(plan.out.data(), plan.memory.data()); }),
               ContainsSubstring("not deterministic"));
  }
}

TEST_CASE("simt: a plan that is run without a tensor is refused", "[simt]") {
  const Clean clean;
  Plan plan;
  CHECK(plan.convolve(plan.out.data(), plan.memory.data()) == CUDNN_STATUS_BAD_PARAM);
  DNN_OK(plan.plan.finalize());
  CHECK(plan.convolve(plan.out.data(), plan.memory.data(), 2) == CUDNN_STATUS_BAD_PARAM);
  CHECK(plan.convolve(plan.out.data(), nullptr) == CUDNN_STATUS_BAD_PARAM_NULL_POINTER);
  const DeviceValues<float> wide(64);
  CHECK_THAT(finding_of([&] { (void)plan.convolve(wide.data() + 1, plan.memory.data()); }),
             ContainsSubstring("the small images is not at a multiple of 16 bytes"));
}

TEST_CASE("simt: no plan of a convolution is made within a capture, as none can be by CUDA",
          "[simt]") {
  const Clean clean;
  Plan plan;
  Convolved other(tensor(3, {2, 4, 2, 2}));
  const Stream stream;
  cudnnHandle_t another = nullptr;
  cudaGraph_t graph = nullptr;
  SIMT_OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
  SECTION("asking for engines") { CHECK(other.choose() == CUDNN_STATUS_EXECUTION_FAILED); }
  SECTION("making a plan") { CHECK(plan.plan.finalize() == CUDNN_STATUS_EXECUTION_FAILED); }
  SECTION("opening the library") { CHECK(cudnnCreate(&another) == CUDNN_STATUS_EXECUTION_FAILED); }
  CHECK(cudaStreamEndCapture(stream, &graph) == cudaErrorStreamCaptureInvalidated);
  DNN_OK(plan.plan.finalize());
}

TEST_CASE("simt: convolutions that can run at once must not share a workspace", "[simt]") {
  const Clean clean;
  Plan plan;
  DNN_OK(plan.plan.finalize());
  Stream first, second;
  const auto run = [&](std::size_t offset) {
    return finding_of([&] {
      DNN_OK(cudnnSetStream(plan.handle, first));
      (void)plan.convolve(plan.out.data(), plan.memory.data());
      DNN_OK(cudnnSetStream(plan.handle, second));
      (void)plan.convolve(plan.other.data(), plan.memory.data() + offset);
    });
  };
  CHECK(run(4096).empty());
  CHECK_THAT(run(0), ContainsSubstring("same workspace"));
}

TEST_CASE("simt: images outside their allocation are found", "[simt]") {
  const Clean clean;
  Plan plan;
  DNN_OK(plan.plan.finalize());
  const DeviceValues<float> small(31);
  CHECK_THAT(finding_of([&] { (void)plan.convolve(small.data(), plan.memory.data()); }),
             ContainsSubstring("the small images ends 4 bytes past allocation"));
}

}  // namespace
}  // namespace vgan::simt_tests
