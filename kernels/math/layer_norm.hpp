// Layer normalisation (J. L. Ba et al., arXiv:1607.06450), for one number of a row.
#pragma once

#include <cmath>

#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// A row's mean and 1 / sqrt(variance + 1e-5), the variance biased.
struct RowMoments {
  float mean, inverse_deviation;

  VGAN_HOST_DEVICE float standard(float x) const { return (x - mean) * inverse_deviation; }
};

/// `squares`: the sum of the squared distances of a row's `count` numbers from their mean.
VGAN_HOST_DEVICE inline RowMoments row_moments(float mean, float squares, float count) {
  return {mean, 1.0f / std::sqrt(squares / count + 1e-5f)};
}

/// The gradient in x: `gradient` is the one in the standardised number, `standard`, and the two
/// shares are the means over the row of `gradient` and of `gradient * standard`.
VGAN_HOST_DEVICE inline float layer_norm_gradient(float gradient, float standard,
                                                  float inverse_deviation, float share,
                                                  float standard_share) {
  return inverse_deviation * (gradient - (share + standard * standard_share));
}

}  // namespace vgan::math
