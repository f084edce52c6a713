// cuBLASLt's matrix product as plain loops: d = alpha op(a) op(b) + beta c (+ bias), column-major,
// accumulated in float in the order of the inner index.
#include "tests/simt/include/cublasLt.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "kernels/math/bfloat16.hpp"
#include "tests/simt/control.hpp"
#include "tests/simt/memory.hpp"
#include "tests/simt/runtime.hpp"
#include "tests/simt/tf32.hpp"

struct cublasLtContext {};
struct cublasLtMatmulDescOpaque_t {
  cublasComputeType_t compute{};
  cublasOperation_t transposed_a = CUBLAS_OP_N, transposed_b = CUBLAS_OP_N;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const void* bias = nullptr;
  cudaDataType_t bias_type = CUDA_R_32F;
};
struct cublasLtMatrixLayoutOpaque_t {
  cudaDataType_t type{};
  std::uint64_t rows = 0, cols = 0;
  std::int64_t ld = 0;

  std::size_t element() const { return type == CUDA_R_16BF ? 2 : 4; }
  std::size_t bytes() const {
    return rows == 0 || cols == 0
               ? 0
               : ((cols - 1) * static_cast<std::uint64_t>(ld) + rows) * element();
  }
};
struct cublasLtMatmulPreferenceOpaque_t {
  std::uint64_t workspace = 0;
  std::uint32_t alignment[4] = {256, 256, 256, 256};  // of a, b, c, d
};

namespace {

using namespace simt;
using Desc = cublasLtMatmulDescOpaque_t;
using Layout = cublasLtMatrixLayoutOpaque_t;

// What an algorithm was chosen for. It is written into cublasLtMatmulAlgo_t.
struct Choice {
  std::uint64_t magic;
  std::uint64_t workspace;
  std::uint32_t alignment[4];
};
constexpr std::uint64_t choice_magic = 0x76676E616D6D6C74;
constexpr std::uint64_t scratch_bytes = 4096;
static_assert(sizeof(Choice) <= sizeof(cublasLtMatmulAlgo_t));

struct Operand {
  const char* data;
  Layout layout;
};

struct Product {
  Desc desc;
  float alpha, beta;
  Operand a, b, c, d;
};

float load(const Operand& m, std::uint64_t i, std::uint64_t j) {
  const char* at = m.data + (j * static_cast<std::uint64_t>(m.layout.ld) + i) * m.layout.element();
  if (m.layout.type == CUDA_R_16BF) {
    vgan::math::BFloat16 half{};
    std::memcpy(&half, at, 2);
    return vgan::math::to_float(half);
  }
  float value = 0;
  std::memcpy(&value, at, 4);
  return value;
}

void store(const Operand& m, std::uint64_t i, std::uint64_t j, float value) {
  char* at = const_cast<char*>(m.data) +
             (j * static_cast<std::uint64_t>(m.layout.ld) + i) * m.layout.element();
  const vgan::math::BFloat16 half = vgan::math::to_bfloat16(value);
  std::memcpy(at, m.layout.type == CUDA_R_16BF ? static_cast<const void*>(&half) : &value,
              m.layout.element());
}

// op(m), or its transpose, as dense columns of floats in the precision of the products.
std::vector<float> packed(const Operand& m, bool transposed, cublasComputeType_t compute) {
  const std::uint64_t rows = transposed ? m.layout.cols : m.layout.rows;
  const std::uint64_t cols = transposed ? m.layout.rows : m.layout.cols;
  std::vector<float> values(rows * cols);
  for (std::uint64_t j = 0; j < cols; ++j) {
    for (std::uint64_t i = 0; i < rows; ++i) {
      const float value = transposed ? load(m, j, i) : load(m, i, j);
      values[j * rows + i] = compute == CUBLAS_COMPUTE_32F_FAST_TF32 ? to_tf32(value) : value;
    }
  }
  return values;
}

// sums[m x 4] += a[m x k] b[k x 4], column-major. Four columns share each load of a.
void multiply_four(std::size_t m, std::size_t k, const float* __restrict__ a,
                   const float* const b[4], float* __restrict__ sums) {
  for (std::size_t p = 0; p < k; ++p) {
    const float* column = a + p * m;
    const float b0 = b[0][p], b1 = b[1][p], b2 = b[2][p], b3 = b[3][p];
    for (std::size_t i = 0; i < m; ++i) {
      const float x = column[i];
      sums[i] += x * b0;
      sums[m + i] += x * b1;
      sums[2 * m + i] += x * b2;
      sums[3 * m + i] += x * b3;
    }
  }
}

bool operands_are_sound(const Product& p, const Scratch& workspace) {
  const struct {
    const char* name;
    const char* data;
    std::size_t bytes;
  } all[] = {{"A", p.a.data, p.a.layout.bytes()},
             {"B", p.b.data, p.b.layout.bytes()},
             {"C", p.c.data, p.beta == 0.0F ? 0 : p.c.layout.bytes()},
             {"D", p.d.data, p.d.layout.bytes()},
             {"the workspace", workspace.base, workspace.bytes}};
  for (const auto& [name, data, bytes] : all) {
    const std::string problem = bytes == 0 ? "" : device_range_problem(data, bytes);
    if (problem.empty()) continue;
    record_finding(std::string("cublasLtMatmul: ") + name + " " + problem, cudaErrorIllegalAddress);
    return false;
  }
  return true;
}

void run_product(const Product& p, const Scratch& workspace) {
  if (!operands_are_sound(p, workspace)) return;
  if (workspace.bytes != 0) std::memset(const_cast<char*>(workspace.base), 0xFF, workspace.bytes);
  const std::size_t m = p.d.layout.rows;
  const std::size_t n = p.d.layout.cols;
  const std::vector<float> a = packed(p.a, p.desc.transposed_a != CUBLAS_OP_N, p.desc.compute);
  const std::vector<float> b = packed(p.b, p.desc.transposed_b != CUBLAS_OP_N, p.desc.compute);
  const std::size_t k = m == 0 ? 0 : a.size() / m;
  const bool has_bias = p.desc.epilogue == CUBLASLT_EPILOGUE_BIAS;
  const Operand bias{static_cast<const char*>(p.desc.bias), {p.desc.bias_type, m, 1, 1}};
  std::vector<float> sums(4 * m);
  for (std::size_t j = 0; j < n; j += 4) {
    const float* columns[4];
    for (std::size_t c = 0; c < 4; ++c) columns[c] = b.data() + std::min(j + c, n - 1) * k;
    std::fill(sums.begin(), sums.end(), 0.0F);
    multiply_four(m, k, a.data(), columns, sums.data());
    for (std::size_t c = 0; c < std::min<std::size_t>(4, n - j); ++c) {
      for (std::size_t i = 0; i < m; ++i) {
        float value = p.alpha * sums[c * m + i];
        if (p.beta != 0.0F) value += p.beta * load(p.c, i, j + c);
        if (has_bias) value += load(bias, i, 0);
        store(p.d, i, j + c, value);
      }
    }
  }
}

bool known_type(cudaDataType_t type) { return type == CUDA_R_32F || type == CUDA_R_16BF; }

cublasStatus_t check_shapes(const Desc& desc, const Layout& a, const Layout& b, const Layout& c,
                            const Layout& d) {
  const bool ta = desc.transposed_a != CUBLAS_OP_N;
  const bool tb = desc.transposed_b != CUBLAS_OP_N;
  const bool fits = (ta ? a.cols : a.rows) == d.rows && (tb ? b.rows : b.cols) == d.cols &&
                    (ta ? a.rows : a.cols) == (tb ? b.cols : b.rows) && c.rows == d.rows &&
                    c.cols == d.cols;
  if (!fits) return CUBLAS_STATUS_INVALID_VALUE;
  if (a.type != b.type || c.type != d.type || (a.type == CUDA_R_32F && d.type != CUDA_R_32F))
    return CUBLAS_STATUS_NOT_SUPPORTED;
  const bool compute = desc.compute == CUBLAS_COMPUTE_32F ||
                       (desc.compute == CUBLAS_COMPUTE_32F_FAST_TF32 && a.type == CUDA_R_32F);
  const bool epilogue =
      desc.epilogue == CUBLASLT_EPILOGUE_DEFAULT || desc.epilogue == CUBLASLT_EPILOGUE_BIAS;
  return compute && epilogue ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

void check_alignment(const Choice& choice, const void* const pointers[4]) {
  constexpr const char* names[] = {"A", "B", "C", "D"};
  for (int i = 0; i < 4; ++i) {
    const auto address = reinterpret_cast<std::uintptr_t>(pointers[i]);
    if (choice.alignment[i] != 0 && address % choice.alignment[i] != 0) {
      record_finding(std::string("cublasLtMatmul: ") + names[i] + " is not at a multiple of " +
                     std::to_string(choice.alignment[i]) +
                     " bytes, for which the algorithm was chosen");
    }
  }
}

// An injected or sticky CUDA error reaches the caller as cuBLAS's own.
// `makes`: what a capture forbids, a plan or a handle.
cublasStatus_t library_call(const char* name, const std::function<cublasStatus_t()>& body,
                            bool makes = false) {
  cublasStatus_t status = CUBLAS_STATUS_SUCCESS;
  const cudaError_t error = api(name, [&] {
    const cudaError_t refused = makes ? refuse_making_in_capture() : cudaSuccess;
    if (refused == cudaSuccess) status = body();
    return refused;
  });
  if (status != CUBLAS_STATUS_SUCCESS || error == cudaSuccess) return status;
  if (error == cudaErrorMemoryAllocation) return CUBLAS_STATUS_ALLOC_FAILED;
  if (error == cudaErrorNotSupported) return CUBLAS_STATUS_NOT_SUPPORTED;
  const bool unusable = error == cudaErrorNoDevice || error == cudaErrorInsufficientDriver;
  return unusable ? CUBLAS_STATUS_NOT_INITIALIZED : CUBLAS_STATUS_EXECUTION_FAILED;
}

template <class T>
cublasStatus_t take(T& field, const void* value, std::size_t bytes) {
  if (bytes != sizeof(T)) return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(&field, value, sizeof(T));
  return CUBLAS_STATUS_SUCCESS;
}

struct StatusText {
  cublasStatus_t status;
  const char* name;
  const char* text;
};
constexpr StatusText status_texts[] = {
    {CUBLAS_STATUS_SUCCESS, "CUBLAS_STATUS_SUCCESS", "the operation completed"},
    {CUBLAS_STATUS_NOT_INITIALIZED, "CUBLAS_STATUS_NOT_INITIALIZED", "the library is not ready"},
    {CUBLAS_STATUS_ALLOC_FAILED, "CUBLAS_STATUS_ALLOC_FAILED",
     "allocation inside the library failed"},
    {CUBLAS_STATUS_INVALID_VALUE, "CUBLAS_STATUS_INVALID_VALUE", "an argument is not allowed"},
    {CUBLAS_STATUS_ARCH_MISMATCH, "CUBLAS_STATUS_ARCH_MISMATCH", "not for this device"},
    {CUBLAS_STATUS_MAPPING_ERROR, "CUBLAS_STATUS_MAPPING_ERROR", "device memory not reachable"},
    {CUBLAS_STATUS_EXECUTION_FAILED, "CUBLAS_STATUS_EXECUTION_FAILED", "the kernel failed"},
    {CUBLAS_STATUS_INTERNAL_ERROR, "CUBLAS_STATUS_INTERNAL_ERROR", "the library failed"},
    {CUBLAS_STATUS_NOT_SUPPORTED, "CUBLAS_STATUS_NOT_SUPPORTED", "no algorithm for this"},
    {CUBLAS_STATUS_LICENSE_ERROR, "CUBLAS_STATUS_LICENSE_ERROR", "licence error"},
};

}  // namespace

const char* cublasLtGetStatusName(cublasStatus_t status) {
  for (const StatusText& each : status_texts) {
    if (each.status == status) return each.name;
  }
  return "unknown";
}

const char* cublasLtGetStatusString(cublasStatus_t status) {
  for (const StatusText& each : status_texts) {
    if (each.status == status) return each.text;
  }
  return "unknown";
}

std::size_t cublasLtGetVersion() { return version_of("cublasLtGetVersion", CUBLAS_VERSION); }
std::size_t cublasLtGetCudartVersion() { return CUDART_VERSION; }

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  *handle = nullptr;
  const auto make = [&] {
    *handle = new cublasLtContext;
    return CUBLAS_STATUS_SUCCESS;
  };
  return library_call("cublasLtCreate", make, true);
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* desc, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
  return library_call("cublasLtMatmulDescCreate", [&] {
    if (scale != CUDA_R_32F) return CUBLAS_STATUS_NOT_SUPPORTED;
    *desc = new Desc{compute};
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t desc) {
  delete desc;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t desc,
                                              cublasLtMatmulDescAttributes_t attribute,
                                              const void* value, std::size_t bytes) {
  switch (attribute) {
    case CUBLASLT_MATMUL_DESC_COMPUTE_TYPE: return take(desc->compute, value, bytes);
    case CUBLASLT_MATMUL_DESC_TRANSA: return take(desc->transposed_a, value, bytes);
    case CUBLASLT_MATMUL_DESC_TRANSB: return take(desc->transposed_b, value, bytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE: return take(desc->epilogue, value, bytes);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER: return take(desc->bias, value, bytes);
    case CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE: return take(desc->bias_type, value, bytes);
    default: return CUBLAS_STATUS_NOT_SUPPORTED;
  }
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType type,
                                          std::uint64_t rows, std::uint64_t cols, std::int64_t ld) {
  return library_call("cublasLtMatrixLayoutCreate", [&] {
    if (!known_type(type)) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (ld < static_cast<std::int64_t>(rows)) return CUBLAS_STATUS_INVALID_VALUE;
    *layout = new Layout{type, rows, cols, ld};
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  delete layout;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  return library_call("cublasLtMatmulPreferenceCreate", [&] {
    *preference = new cublasLtMatmulPreferenceOpaque_t;
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  delete preference;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, std::size_t bytes) {
  std::uint32_t ignored = 0;
  switch (attribute) {
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES: return take(preference->workspace, value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES:
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES:
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES:
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES:
      return take(preference->alignment[attribute - CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES],
                  value, bytes);
    default: return take(ignored, value, bytes);
  }
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int wanted,
                                              cublasLtMatmulHeuristicResult_t results[],
                                              int* found) {
  *found = 0;
  const auto make = [&] {
    if (handle == nullptr || wanted < 1) return CUBLAS_STATUS_INVALID_VALUE;
    const cublasStatus_t status = check_shapes(*desc, *a, *b, *c, *d);
    if (status != CUBLAS_STATUS_SUCCESS) return status;
    Choice choice{choice_magic, std::min(preference->workspace, scratch_bytes), {}};
    std::copy_n(preference->alignment, 4, choice.alignment);
    results[0] = {};
    std::memcpy(&results[0].algo, &choice, sizeof(choice));
    results[0].workspaceSize = choice.workspace;
    results[0].state = CUBLAS_STATUS_SUCCESS;
    results[0].wavesCount = 1.0F;
    *found = 1;
    return CUBLAS_STATUS_SUCCESS;
  };
  return library_call("cublasLtMatmulAlgoGetHeuristic", make, true);
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc, const void* alpha,
                              const void* a, cublasLtMatrixLayout_t a_layout, const void* b,
                              cublasLtMatrixLayout_t b_layout, const void* beta, const void* c,
                              cublasLtMatrixLayout_t c_layout, void* d,
                              cublasLtMatrixLayout_t d_layout, const cublasLtMatmulAlgo_t* algo,
                              void* workspace, std::size_t workspace_bytes, cudaStream_t stream) {
  return library_call("cublasLtMatmul", [&] {
    if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
    const cublasStatus_t status = check_shapes(*desc, *a_layout, *b_layout, *c_layout, *d_layout);
    if (status != CUBLAS_STATUS_SUCCESS) return status;
    Choice choice{choice_magic, 0, {}};
    if (algo != nullptr) std::memcpy(&choice, algo, sizeof(choice));
    const bool misplaced = reinterpret_cast<std::uintptr_t>(workspace) % 256 != 0;
    if (choice.magic != choice_magic || choice.workspace > workspace_bytes || misplaced)
      return CUBLAS_STATUS_INVALID_VALUE;
    const void* const pointers[] = {a, b, c, d};
    check_alignment(choice, pointers);
    Product product{*desc,
                    0,
                    0,
                    {static_cast<const char*>(a), *a_layout},
                    {static_cast<const char*>(b), *b_layout},
                    {static_cast<const char*>(c), *c_layout},
                    {static_cast<const char*>(d), *d_layout}};
    std::memcpy(&product.alpha, alpha, sizeof(float));
    std::memcpy(&product.beta, beta, sizeof(float));
    const Scratch scratch{static_cast<const char*>(workspace), choice.workspace};
    Work work{"cublasLtMatmul", [=] { run_product(product, scratch); }, scratch};
    return enqueue(stream, std::move(work)) == cudaSuccess ? CUBLAS_STATUS_SUCCESS
                                                           : CUBLAS_STATUS_EXECUTION_FAILED;
  });
}
