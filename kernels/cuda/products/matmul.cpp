#include "kernels/cuda/products/matmul.hpp"

#include <compare>
#include <cstdint>

#include "kernels/cuda/dense.hpp"

namespace vgan::cuda {
namespace {

cudaDataType_t data_type(ElementType type) {
  return type == ElementType::bf16 ? CUDA_R_16BF : CUDA_R_32F;
}

// What cuBLASLt may assume of an address: the largest power of two that divides it, up to 256.
std::uint32_t alignment_of(const void* address) {
  const auto bits = reinterpret_cast<std::uintptr_t>(address) | 256U;
  return static_cast<std::uint32_t>(bits & (~bits + 1));
}

}  // namespace

// Rows, cols and stride as stored, that is before transposition.
struct Matmul::Shape {
  ElementType type;
  std::int64_t a_rows, a_cols, a_stride, b_rows, b_cols, b_stride, c_rows, c_cols, c_stride;
  std::uint32_t a_alignment, b_alignment, c_alignment;
  bool a_transposed, b_transposed, tf32;

  auto operator<=>(const Shape&) const = default;
};

struct Matmul::Plan {
  explicit Plan(const CublasLt& library) : lt(&library) {}
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    if (c != nullptr) lt->cublasLtMatrixLayoutDestroy(c);
    if (b != nullptr) lt->cublasLtMatrixLayoutDestroy(b);
    if (a != nullptr) lt->cublasLtMatrixLayoutDestroy(a);
    if (operation != nullptr) lt->cublasLtMatmulDescDestroy(operation);
  }

  const CublasLt* lt;
  cublasLtMatmulDesc_t operation = nullptr;
  cublasLtMatrixLayout_t a = nullptr, b = nullptr, c = nullptr;
  cublasLtMatmulAlgo_t algorithm{};
  bool refused = false;  ///< cuBLASLt has no algorithm
};

Matmul::Matmul() = default;

Matmul::~Matmul() {
  plans_.clear();
  if (handle_ != nullptr) lt_.cublasLtDestroy(handle_);
}

MatmulStatus Matmul::open(const CublasLt& library) {
  lt_ = library;
  return status_of(lt_.cublasLtCreate(&handle_), "cublasLtCreate");
}

MatmulStatus Matmul::status_of(cublasStatus_t code, const char* call) const {
  return {code, call, code == CUBLAS_STATUS_SUCCESS ? "" : lt_.cublasLtGetStatusName(code)};
}

#define VGAN_RETURN_IF_FAILED(call, name)                             \
  do {                                                                \
    const cublasStatus_t code = call;                                 \
    if (code != CUBLAS_STATUS_SUCCESS) return status_of(code, #name); \
  } while (false)

// cuBLASLt is column-major: a row-major matrix is its own transpose there, so c = a b is asked for
// as c^T = b^T a^T, with the operands in turn.
MatmulStatus Matmul::make_plan(const Shape& s, std::size_t workspace_bytes, Plan& plan) {
  const cublasComputeType_t compute = s.tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
  VGAN_RETURN_IF_FAILED(lt_.cublasLtMatmulDescCreate(&plan.operation, compute, CUDA_R_32F),
                        cublasLtMatmulDescCreate);
  const cublasOperation_t first = s.b_transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
  const cublasOperation_t second = s.a_transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
  VGAN_RETURN_IF_FAILED(lt_.cublasLtMatmulDescSetAttribute(
                            plan.operation, CUBLASLT_MATMUL_DESC_TRANSA, &first, sizeof(first)),
                        cublasLtMatmulDescSetAttribute);
  VGAN_RETURN_IF_FAILED(lt_.cublasLtMatmulDescSetAttribute(
                            plan.operation, CUBLASLT_MATMUL_DESC_TRANSB, &second, sizeof(second)),
                        cublasLtMatmulDescSetAttribute);
  const auto layout = [this](cublasLtMatrixLayout_t& made, ElementType type, std::int64_t rows,
                             std::int64_t cols, std::int64_t stride) {
    return lt_.cublasLtMatrixLayoutCreate(&made, data_type(type), static_cast<std::uint64_t>(cols),
                                          static_cast<std::uint64_t>(rows), stride);
  };
  VGAN_RETURN_IF_FAILED(layout(plan.a, s.type, s.a_rows, s.a_cols, s.a_stride),
                        cublasLtMatrixLayoutCreate);
  VGAN_RETURN_IF_FAILED(layout(plan.b, s.type, s.b_rows, s.b_cols, s.b_stride),
                        cublasLtMatrixLayoutCreate);
  VGAN_RETURN_IF_FAILED(layout(plan.c, ElementType::f32, s.c_rows, s.c_cols, s.c_stride),
                        cublasLtMatrixLayoutCreate);

  cublasLtMatmulPreference_t preference = nullptr;
  VGAN_RETURN_IF_FAILED(lt_.cublasLtMatmulPreferenceCreate(&preference),
                        cublasLtMatmulPreferenceCreate);
  struct Destroyed {
    const CublasLt& lt;
    cublasLtMatmulPreference_t preference;
    ~Destroyed() { lt.cublasLtMatmulPreferenceDestroy(preference); }
  } const destroyed{lt_, preference};
  const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
    return lt_.cublasLtMatmulPreferenceSetAttribute(preference, attribute, &value, sizeof(value));
  };
  // In-place reductions of a split K add in the order of arrival; the other schemes do not.
  const std::uint32_t ordered_reductions =
      CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE | CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE;
  VGAN_RETURN_IF_FAILED(prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, ordered_reductions),
                        cublasLtMatmulPreferenceSetAttribute);
  VGAN_RETURN_IF_FAILED(prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace_bytes),
                        cublasLtMatmulPreferenceSetAttribute);
  VGAN_RETURN_IF_FAILED(prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, s.b_alignment),
                        cublasLtMatmulPreferenceSetAttribute);
  VGAN_RETURN_IF_FAILED(prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, s.a_alignment),
                        cublasLtMatmulPreferenceSetAttribute);
  VGAN_RETURN_IF_FAILED(prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, s.c_alignment),
                        cublasLtMatmulPreferenceSetAttribute);
  VGAN_RETURN_IF_FAILED(prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, s.c_alignment),
                        cublasLtMatmulPreferenceSetAttribute);

  constexpr int most_candidates = 8;
  cublasLtMatmulHeuristicResult_t candidates[most_candidates] = {};
  int found = 0;
  const cublasStatus_t asked =
      lt_.cublasLtMatmulAlgoGetHeuristic(handle_, plan.operation, plan.b, plan.a, plan.c, plan.c,
                                         preference, most_candidates, candidates, &found);
  if (asked != CUBLAS_STATUS_NOT_SUPPORTED) {
    VGAN_RETURN_IF_FAILED(asked, cublasLtMatmulAlgoGetHeuristic);
  }
  plan.refused = true;
  for (int i = 0; i < found && plan.refused; ++i) {
    const cublasLtMatmulHeuristicResult_t& candidate = candidates[i];
    if (candidate.state != CUBLAS_STATUS_SUCCESS || candidate.workspaceSize > workspace_bytes) {
      continue;
    }
    plan.algorithm = candidate.algo;
    plan.refused = false;
  }
  return {};
}

MatmulStatus Matmul::multiply(cudaStream_t stream, const MatmulWorkspace& workspace,
                              ConstMatrixRef a, ConstMatrixRef b, MatrixView<float> c,
                              const MatmulOptions& options) {
  const Shape shape{a.type,
                    a.rows,
                    a.cols,
                    a.stride,
                    b.rows,
                    b.cols,
                    b.stride,
                    c.rows,
                    c.cols,
                    c.stride,
                    alignment_of(a.data),
                    alignment_of(b.data),
                    alignment_of(c.data),
                    options.a_transposed,
                    options.b_transposed,
                    options.tf32 && a.type == ElementType::f32};
  auto& plan = plans_[shape];
  if (!plan) {
    auto made = std::make_unique<Plan>(lt_);
    const MatmulStatus status = make_plan(shape, workspace.bytes, *made);
    if (status.code != CUBLAS_STATUS_SUCCESS) return status;
    plan = std::move(made);
  }
  if (plan->refused) {
    const cudaError_t status = plain_product(stream, a, options.a_transposed, b,
                                             options.b_transposed, c, options.accumulate);
    return status_of(status == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED,
                     "plain_product");
  }
  const float one = 1.0F;
  const float beta = options.accumulate ? 1.0F : 0.0F;
  return status_of(lt_.cublasLtMatmul(handle_, plan->operation, &one, b.data, plan->b, a.data,
                                      plan->a, &beta, c.data, plan->c, c.data, plan->c,
                                      &plan->algorithm, workspace.data, workspace.bytes, stream),
                   "cublasLtMatmul");
}

#undef VGAN_RETURN_IF_FAILED

}  // namespace vgan::cuda
