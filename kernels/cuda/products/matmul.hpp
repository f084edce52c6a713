// Matrix products by cuBLASLt, one plan for each shape, made once.
#pragma once

#include <cstddef>
#include <map>
#include <memory>

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include "kernels/cuda/products/cublaslt.hpp"
#include "kernels/view.hpp"

namespace vgan::cuda {

/// What a call of cuBLASLt returned, and which call it was.
struct MatmulStatus {
  cublasStatus_t code = CUBLAS_STATUS_SUCCESS;
  const char* call = "";
  const char* text = "";  ///< the code's name, where it is no success
};

struct MatmulOptions {
  bool a_transposed = false;
  bool b_transposed = false;
  bool accumulate = false;  ///< c += instead of c =
  bool tf32 = false;        ///< f32 operands may be rounded to tf32
};

/// Memory that one product at a time may use: each stream has its own.
struct MatmulWorkspace {
  void* data = nullptr;
  std::size_t bytes = 0;
};

/// Products of row-major matrices. Plans are kept, so that a shape asks for its algorithm once and
/// every later product of it, in this process or a captured graph, adds in the same order.
class Matmul {
 public:
  Matmul();
  ~Matmul();
  Matmul(const Matmul&) = delete;
  Matmul& operator=(const Matmul&) = delete;

  /// Must be called, with success, before anything else.
  [[nodiscard]] MatmulStatus open(const CublasLt& library);

  /// c[m, n] = op(a)[m, k] op(b)[k, n] in f32 sums; a and b of one float type, c f32. No extent may
  /// be 0.
  [[nodiscard]] MatmulStatus multiply(cudaStream_t stream, const MatmulWorkspace& workspace,
                                      ConstMatrixRef a, ConstMatrixRef b, MatrixView<float> c,
                                      const MatmulOptions& options);

 private:
  struct Shape;
  struct Plan;

  MatmulStatus status_of(cublasStatus_t code, const char* call) const;
  MatmulStatus make_plan(const Shape& shape, std::size_t workspace_bytes, Plan& plan);

  CublasLt lt_;
  cublasLtHandle_t handle_ = nullptr;
  std::map<Shape, std::unique_ptr<Plan>> plans_;
};

}  // namespace vgan::cuda
