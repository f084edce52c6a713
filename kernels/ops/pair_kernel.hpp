// What is asked about sums of a kernel, in the sense of statistics, over pairs of rows.
#pragma once

#include <cstdint>

#include "kernels/math/elementary.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// A function of two rows x, y.
struct PairKernel {
  enum class Kind : std::uint8_t {
    cubic,     ///< (scale x.y + 1)^3
    gaussian,  ///< exp(-scale |x - y|^2)
  };
  Kind kind = Kind::cubic;
  double scale = 1.0;  ///< of `gaussian` above 0

  /// `sum`: x.y of the cubic kernel, |x - y|^2 of the Gaussian one, whose exponential is in float.
  VGAN_HOST_DEVICE double value(double sum) const {
    if (kind == Kind::gaussian) {
      return static_cast<double>(math::exp(static_cast<float>(-scale * sum)));
    }
    const double root = scale * sum + 1.0;
    return root * root * root;
  }
};

/// sums[i] += the sum over the rows y of `points` of kernel(x_i, y), in double in a fixed order.
struct PairKernelTask {
  static constexpr const char* name = "pair_kernel";

  MatrixView<const float> queries;  ///< [n, columns]: x
  MatrixView<const float> points;   ///< [m, columns]: y
  PairKernel kernel;
  std::int64_t first_point = 0;  ///< as in NearestRowsTask
  std::int64_t self = -1;        ///< likewise
  VectorView<double> sums;       ///< [n]
};

}  // namespace vgan
