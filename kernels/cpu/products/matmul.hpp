// One-threaded matrix products, made once for each shape and shared by the slices: oneDNN's, of
// operands as they are, or widened from bf16 where it has no products of that, or rounded to it.
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/view.hpp"

namespace vgan::cpu {

/// C = op(A) op(B) (+ bias) (leaky ReLU), or C += op(A) op(B). Strides are in elements.
struct MatmulShape {
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t a_stride = 0, b_stride = 0, c_stride = 0;
  bool a_transposed = false;  ///< A is stored [k, m]
  bool b_transposed = false;  ///< B is stored [n, k]
  ElementType input = ElementType::f32;
  ElementType output = ElementType::f32;
  bool narrows = false;  ///< operands of f32 are rounded to bf16 first
  bool bias = false;
  bool accumulate = false;
  bool leaky = false;
  float slope = 0.0F;

  auto operator<=>(const MatmulShape&) const = default;
};

/// A compiled product. `execute` may be called by several members at once, each under its own
/// number; scratch memory is kept for each member.
class Matmul {
 public:
  virtual ~Matmul() = default;
  virtual void execute(int member, const void* a, const void* b, const float* bias, void* c) = 0;
};

class MatmulCache {
 public:
  explicit MatmulCache(int members);
  ~MatmulCache();
  /// The product for `shape`, made at the first call. Not to be called inside a parallel loop.
  /// Throws LibraryError where oneDNN refuses.
  Matmul& get(const MatmulShape& shape);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace vgan::cpu
