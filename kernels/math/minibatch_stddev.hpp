// Scalars of the minibatch standard deviation (Karras et al. 2018, arXiv:1710.10196, section 3).
#pragma once

#include <cmath>

#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// The standard deviation of a feature over a group. The added variance keeps the gradient finite
/// where all its numbers are equal.
VGAN_HOST_DEVICE inline float held_deviation(float variance) { return std::sqrt(variance + 1e-8f); }

/// share * d(deviation)/dx of one of the group's numbers, times the group's size.
VGAN_HOST_DEVICE inline float deviation_gradient(float share, float x, float mean,
                                                 float deviation) {
  return share * ((x - mean) / deviation);
}

}  // namespace vgan::math
