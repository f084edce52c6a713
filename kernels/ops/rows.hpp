// What products row by row are asked to do.
#pragma once

#include "kernels/math/activation.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// y[i, 0] += sum over j of a[i, j] * b[i, j], in f32 sums.
struct RowDotsTask {
  static constexpr const char* name = "add_row_dots";

  ConstMatrixRef a, b;  ///< [n, k] of one float type
  MatrixView<float> y;  ///< [n, 1]
};

/// out[i, j] = s[i] * a[i, j] * activation'(at[i, j]), or added to out; empty `at`: no mask.
struct ScaleRowsTask {
  static constexpr const char* name = "scale_rows";

  ConstMatrixRef a;  ///< [n, k]
  ConstMatrixRef s;  ///< [n, 1]
  ConstMatrixRef at;
  MatrixRef out;
  math::Activation activation = math::Activation::identity;
  float slope = 0.2F;
  bool accumulate = false;
};

}  // namespace vgan
