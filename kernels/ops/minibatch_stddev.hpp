// What the minibatch statistic is asked to do.
#pragma once

#include <cstdint>

#include "kernels/math/activation.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// Minibatch standard deviation (Karras et al. 2018, arXiv:1710.10196, section 3): rows fall into
/// groups of `group` in order; for each group
///   s = mean over features j of sqrt(variance over the group of x[., j] + 1e-8)
/// (biased variance), written to every row of the group.
struct MinibatchStddevTask {
  static constexpr const char* name = "minibatch_stddev";

  ConstMatrixRef x;     ///< [n, features]; n is a multiple of `group`
  MatrixRef statistic;  ///< [n, 1], of x's type
  std::int64_t group = 4;
};

/// delta[i, j] += activation'(x[i, j]) * sum over i's group of dstatistic * ds/dx[i, j].
struct MinibatchStddevBackwardTask {
  static constexpr const char* name = "minibatch_stddev_backward";

  ConstMatrixRef x;           ///< [n, features], output of the layer with this activation
  ConstMatrixRef dstatistic;  ///< [n, 1]: gradient of the loss in each row's copy of s
  MatrixRef delta;            ///< [n, features]
  std::int64_t group = 4;
  math::Activation activation = math::Activation::identity;
  float slope = 0.2F;
};

}  // namespace vgan
