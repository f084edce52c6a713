// The matrix product, beside plain loops in double.
#include <cublasLt.h>

#include <bit>
#include <cmath>

#include "kernels/math/bfloat16.hpp"
#include "tests/simt/test_fixture.hpp"

namespace vgan::simt_tests {
namespace {

#define LT_OK(call) REQUIRE((call) == CUBLAS_STATUS_SUCCESS)

struct Case {
  int m, n, k;
  bool ta = false, tb = false;
  cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
  float alpha = 1.0F, beta = 0.0F;
  bool bias = false;
  bool half = false;  // a and b in bfloat16
};

struct Plan {
  explicit Plan(const Case& c) {
    LT_OK(cublasLtCreate(&handle));
    LT_OK(cublasLtMatmulDescCreate(&desc, c.compute, CUDA_R_32F));
    const cublasOperation_t t = CUBLAS_OP_T;
    if (c.ta)
      LT_OK(cublasLtMatmulDescSetAttribute(desc, CUBLASLT_MATMUL_DESC_TRANSA, &t, sizeof t));
    if (c.tb)
      LT_OK(cublasLtMatmulDescSetAttribute(desc, CUBLASLT_MATMUL_DESC_TRANSB, &t, sizeof t));
    const auto type = c.half ? CUDA_R_16BF : CUDA_R_32F;
    const auto size = [](int x) { return static_cast<std::uint64_t>(x); };
    const int a_rows = c.ta ? c.k : c.m;
    const int b_rows = c.tb ? c.n : c.k;
    LT_OK(cublasLtMatrixLayoutCreate(&a, type, size(a_rows), size(c.ta ? c.m : c.k), a_rows));
    LT_OK(cublasLtMatrixLayoutCreate(&b, type, size(b_rows), size(c.tb ? c.k : c.n), b_rows));
    LT_OK(cublasLtMatrixLayoutCreate(&d, CUDA_R_32F, size(c.m), size(c.n), c.m));
    LT_OK(cublasLtMatmulPreferenceCreate(&preference));
  }
  ~Plan() {
    cublasLtMatmulPreferenceDestroy(preference);
    for (const auto each : {a, b, d}) cublasLtMatrixLayoutDestroy(each);
    cublasLtMatmulDescDestroy(desc);
    cublasLtDestroy(handle);
  }
  cublasLtMatmulAlgo_t choose(std::uint32_t alignment, std::uint64_t workspace) {
    LT_OK(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                               &workspace, sizeof workspace));
    for (const auto each :
         {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
          CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES})
      LT_OK(cublasLtMatmulPreferenceSetAttribute(preference, each, &alignment, sizeof alignment));
    cublasLtMatmulHeuristicResult_t result{};
    int found = 0;
    LT_OK(cublasLtMatmulAlgoGetHeuristic(handle, desc, a, b, d, d, preference, 1, &result, &found));
    REQUIRE(found == 1);
    return result.algo;
  }

  cublasLtHandle_t handle = nullptr;
  cublasLtMatmulDesc_t desc = nullptr;
  cublasLtMatrixLayout_t a = nullptr, b = nullptr, d = nullptr;
  cublasLtMatmulPreference_t preference = nullptr;
};

std::vector<float> numbers(int count, int seed) {
  std::vector<float> values(static_cast<std::size_t>(count));
  unsigned state = static_cast<unsigned>(seed) * 2654435761U + 1U;
  for (float& value : values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(state >> 8) * 0x1p-23F - 1.0F;
  }
  return values;
}

float rounded(float value, const Case& c) {
  if (c.half) return math::to_float(math::to_bfloat16(value));
  if (c.compute == CUBLAS_COMPUTE_32F) return value;
  int exponent = 0;
  const float fraction = std::frexp(value, &exponent);
  return std::ldexp(std::nearbyint(fraction * 2048.0F), exponent - 11);
}

DeviceValues<std::byte> on_device(const std::vector<float>& values, bool half) {
  std::vector<std::byte> bytes(values.size() * (half ? 2 : 4));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const math::BFloat16 narrow = math::to_bfloat16(values[i]);
    std::memcpy(bytes.data() + i * (half ? 2 : 4),
                half ? static_cast<const void*>(&narrow) : &values[i], half ? 2 : 4);
  }
  return DeviceValues<std::byte>(bytes);
}

void check(const Case& c) {
  const Clean clean;
  Plan plan(c);
  const std::vector<float> a = numbers(c.m * c.k, 1);
  const std::vector<float> b = numbers(c.k * c.n, 2);
  const std::vector<float> bias = numbers(c.m, 3);
  const std::vector<float> before = numbers(c.m * c.n, 4);
  const DeviceValues<std::byte> da = on_device(a, c.half);
  const DeviceValues<std::byte> db = on_device(b, c.half);
  const DeviceValues<float> dbias(bias);
  const DeviceValues<float> dd(before);
  if (c.bias) {
    const cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_BIAS;
    const void* pointer = dbias.data();
    LT_OK(cublasLtMatmulDescSetAttribute(plan.desc, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue,
                                         sizeof epilogue));
    LT_OK(cublasLtMatmulDescSetAttribute(plan.desc, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &pointer,
                                         sizeof pointer));
  }
  const cublasLtMatmulAlgo_t algorithm = plan.choose(256, 0);
  LT_OK(cublasLtMatmul(plan.handle, plan.desc, &c.alpha, da.data(), plan.a, db.data(), plan.b,
                       &c.beta, dd.data(), plan.d, dd.data(), plan.d, &algorithm, nullptr, 0,
                       nullptr));
  const std::vector<float> got = dd.get();
  const auto at = [](int i, int j, int rows) { return static_cast<std::size_t>(j * rows + i); };
  for (int i = 0; i < c.m; ++i) {
    for (int j = 0; j < c.n; ++j) {
      double sum = 0;
      for (int p = 0; p < c.k; ++p)
        sum += double{rounded(a[c.ta ? at(p, i, c.k) : at(i, p, c.m)], c)} *
               double{rounded(b[c.tb ? at(j, p, c.n) : at(p, j, c.k)], c)};
      double expected = c.alpha * sum + (c.bias ? bias[static_cast<std::size_t>(i)] : 0.0);
      if (c.beta != 0.0F) expected += c.beta * before[at(i, j, c.m)];
      // Float sums of k products of numbers below 1: k roundings of partial sums below k.
      const double error = std::abs(got[at(i, j, c.m)] - expected);
      if (!(error <= 1e-7 * c.k * c.k + 1e-6)) FAIL("at " << i << ", " << j << ": " << error);
    }
  }
  SUCCEED();
}

TEST_CASE("simt: cublasLtMatmul multiplies", "[simt]") {
  check({5, 7, 3});
  check({33, 18, 40, true, false});
  check({33, 18, 40, false, true});
  check({4, 4, 9, true, true, CUBLAS_COMPUTE_32F, 0.5F, 2.0F});
  check({16, 9, 20, false, false, CUBLAS_COMPUTE_32F, 1.0F, 0.0F, true});
  check({16, 9, 20, true, false, CUBLAS_COMPUTE_32F_FAST_TF32});
  check({16, 9, 20, false, false, CUBLAS_COMPUTE_32F, 1.0F, 1.0F, false, true});
}

TEST_CASE("simt: a zero beta does not read what was there", "[simt]") {
  const Clean clean;
  const Case c{8, 8, 8};
  Plan plan(c);
  const DeviceValues<float> a(numbers(64, 1));
  const DeviceValues<float> d(64);  // NaN
  const float one = 1.0F;
  const float zero = 0.0F;
  LT_OK(cublasLtMatmul(plan.handle, plan.desc, &one, a.data(), plan.a, a.data(), plan.b, &zero,
                       d.data(), plan.d, d.data(), plan.d, nullptr, nullptr, 0, nullptr));
  for (const float value : d.get()) CHECK(std::isfinite(value));
}

TEST_CASE("simt: shapes and types that cuBLASLt refuses are refused", "[simt]") {
  const Clean clean;
  Plan plan({4, 5, 6});
  cublasLtMatrixLayout_t wrong = nullptr;
  LT_OK(cublasLtMatrixLayoutCreate(&wrong, CUDA_R_32F, 6, 4, 6));
  cublasLtMatmulHeuristicResult_t result{};
  int found = 1;
  CHECK(cublasLtMatmulAlgoGetHeuristic(plan.handle, plan.desc, plan.a, wrong, plan.d, plan.d,
                                       plan.preference, 1, &result,
                                       &found) == CUBLAS_STATUS_INVALID_VALUE);
  CHECK(found == 0);
  CHECK(cublasLtMatrixLayoutCreate(&wrong, CUDA_R_64F, 6, 4, 6) == CUBLAS_STATUS_NOT_SUPPORTED);
  LT_OK(cublasLtMatrixLayoutDestroy(wrong));
  CHECK(std::string(cublasLtGetStatusName(CUBLAS_STATUS_NOT_SUPPORTED)) ==
        "CUBLAS_STATUS_NOT_SUPPORTED");
}

struct TwoProducts {
  Case c{16, 16, 16};
  Plan plan{c};
  Stream first, second;
  DeviceValues<float> a{numbers(256, 1)};
  DeviceValues<float> x{256}, y{256};
  DeviceValues<std::byte> workspace{8192};

  void multiply(cudaStream_t stream, const cublasLtMatmulAlgo_t& algorithm, float* to,
                std::size_t offset) {
    const float one = 1.0F;
    const float zero = 0.0F;
    LT_OK(cublasLtMatmul(plan.handle, plan.desc, &one, a.data(), plan.a, a.data(), plan.b, &zero,
                         to, plan.d, to, plan.d, &algorithm, workspace.data() + offset, 4096,
                         stream));
  }
};

TEST_CASE("simt: products that can run at once must not share a workspace", "[simt]") {
  const Clean clean;
  TwoProducts t;
  const cublasLtMatmulAlgo_t algorithm = t.plan.choose(256, 4096);
  const auto run = [&](std::size_t offset, bool edge) {
    const Event done;
    return finding_of([&] {
      t.multiply(t.first, algorithm, t.x.data(), 0);
      SIMT_OK(cudaEventRecord(done, t.first));
      if (edge) SIMT_OK(cudaStreamWaitEvent(t.second, done));
      t.multiply(t.second, algorithm, t.y.data(), offset);
    });
  };
  CHECK(run(4096, false).empty());
  CHECK(run(0, true).empty());
  simt::reset();
  SIMT_OK(cudaDeviceSynchronize());
  const Event done;
  t.multiply(t.first, algorithm, t.x.data(), 0);
  const float one = 1.0F;
  const float zero = 0.0F;
  cublasLtMatmul(t.plan.handle, t.plan.desc, &one, t.a.data(), t.plan.a, t.a.data(), t.plan.b,
                 &zero, t.y.data(), t.plan.d, t.y.data(), t.plan.d, &algorithm, t.workspace.data(),
                 4096, t.second);
  const std::vector<simt::Finding> findings = simt::take_findings();
  REQUIRE(findings.size() == 1);
  CHECK_THAT(findings[0].what(), ContainsSubstring("same workspace"));
}

TEST_CASE("simt: an algorithm chosen for an alignment is not used without it", "[simt]") {
  const Clean clean;
  const Case c{8, 8, 8};
  Plan plan(c);
  const DeviceValues<float> a(numbers(128, 1));
  const DeviceValues<float> d(64);
  const float one = 1.0F;
  const float zero = 0.0F;
  const auto finding = [&](std::uint32_t alignment) {
    const cublasLtMatmulAlgo_t algorithm = plan.choose(alignment, 0);
    return finding_of([&] {
      cublasLtMatmul(plan.handle, plan.desc, &one, a.data() + 4, plan.a, a.data(), plan.b, &zero,
                     d.data(), plan.d, d.data(), plan.d, &algorithm, nullptr, 0, nullptr);
    });
  };
  CHECK(finding(16).empty());
  CHECK_THAT(finding(32), ContainsSubstring("A is not at a multiple of 32 bytes"));
}

TEST_CASE("simt: no algorithm of a product is asked for within a capture", "[simt]") {
  const Clean clean;
  Plan plan({4, 4, 4});
  const Stream stream;
  cublasLtMatmulHeuristicResult_t result{};
  int found = 0;
  const auto ask = [&] {
    return cublasLtMatmulAlgoGetHeuristic(plan.handle, plan.desc, plan.a, plan.b, plan.d, plan.d,
                                          plan.preference, 1, &result, &found);
  };
  cudaGraph_t graph = nullptr;
  SIMT_OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
  CHECK(ask() == CUBLAS_STATUS_EXECUTION_FAILED);
  CHECK(cudaStreamEndCapture(stream, &graph) == cudaErrorStreamCaptureInvalidated);
  LT_OK(ask());
}

TEST_CASE("simt: operands outside their allocation are found", "[simt]") {
  const Clean clean;
  const Case c{8, 8, 8};
  Plan plan(c);
  const DeviceValues<float> a(numbers(64, 1));
  const DeviceValues<float> d(60);
  const float one = 1.0F;
  const float zero = 0.0F;
  CHECK_THAT(finding_of([&] {
               cublasLtMatmul(plan.handle, plan.desc, &one, a.data(), plan.a, a.data(), plan.b,
                              &zero, d.data(), plan.d, d.data(), plan.d, nullptr, nullptr, 0,
                              nullptr);
             }),
             ContainsSubstring("D ends 16 bytes past allocation"));
}

TEST_CASE("simt: faults of the library", "[simt]") {
  const Clean clean;
  cublasLtHandle_t handle = nullptr;
  simt::fail_call("cublasLtCreate", cudaErrorMemoryAllocation);
  CHECK(cublasLtCreate(&handle) == CUBLAS_STATUS_ALLOC_FAILED);
  simt::fail_call("cublasLtCreate", cudaErrorInsufficientDriver);
  CHECK(cublasLtCreate(&handle) == CUBLAS_STATUS_NOT_INITIALIZED);
  CHECK(handle == nullptr);
}

}  // namespace
}  // namespace vgan::simt_tests
