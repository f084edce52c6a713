// Products of f32 matrices in bf16: both operands are rounded, and sums are f32's. Where there are
// no instructions for bf16 the rounded numbers are multiplied as f32, which gives the same but for
// the order of sums.
#pragma once

#include <memory>
#include <vector>

#include "kernels/cpu/products/matmul.hpp"

namespace vgan::cpu {

/// What `shape`, which narrows, asks of a product of rounded operands: they lie in scratch memory,
/// without gaps between rows.
MatmulShape narrowed(const MatmulShape& shape);

class NarrowedMatmul final : public Matmul {
 public:
  /// `product` computes narrowed(shape) and outlives this.
  NarrowedMatmul(const MatmulShape& shape, Matmul& product, int members);
  void execute(int member, const void* a, const void* b, const float* bias, void* c) override;

 private:
  struct Scratch {
    std::vector<float> a, b;  ///< room for bf16 as well
  };

  MatmulShape shape_;
  ElementType type_;
  Matmul* product_;
  std::vector<Scratch> scratch_;  ///< one a member
};

}  // namespace vgan::cpu
