// Products of bf16 matrices where oneDNN has none: both operands are widened to f32, which is
// exact, the product is f32's, and a bf16 result is rounded once, as AMX tiles round theirs.
#pragma once

#include <memory>
#include <vector>

#include "kernels/cpu/products/matmul.hpp"

namespace vgan::cpu {

/// What `shape`, of bf16 operands, asks of a product in f32: operands and a bf16 result lie in
/// scratch memory, without gaps between rows.
MatmulShape widened(const MatmulShape& shape);

class WidenedMatmul final : public Matmul {
 public:
  /// `product` computes widened(shape) and outlives this.
  WidenedMatmul(const MatmulShape& shape, Matmul& product, int members);
  void execute(int member, const void* a, const void* b, const float* bias, void* c) override;

 private:
  struct Scratch {
    std::vector<float> a, b, c;
  };

  MatmulShape shape_;
  Matmul* product_;
  std::vector<Scratch> scratch_;  ///< one a member
};

}  // namespace vgan::cpu
