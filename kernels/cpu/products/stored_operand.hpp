// How the operands of a product lie in memory.
#pragma once

#include <cstdint>

#include "kernels/cpu/products/matmul.hpp"

namespace vgan::cpu {

struct StoredOperand {
  std::int64_t rows, cols, stride;

  std::size_t size() const { return static_cast<std::size_t>(rows * cols); }
};

inline StoredOperand stored_a(const MatmulShape& s) {
  return s.a_transposed ? StoredOperand{s.k, s.m, s.a_stride} : StoredOperand{s.m, s.k, s.a_stride};
}

inline StoredOperand stored_b(const MatmulShape& s) {
  return s.b_transposed ? StoredOperand{s.n, s.k, s.b_stride} : StoredOperand{s.k, s.n, s.b_stride};
}

}  // namespace vgan::cpu
