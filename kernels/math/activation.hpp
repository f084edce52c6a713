// Activations and their derivatives, the derivative from the output alone.
#pragma once

#include <cstdint>

#include "kernels/math/elementary.hpp"
#include "kernels/math/host_device.hpp"

namespace vgan::math {

enum class Activation : std::uint8_t { identity = 0, leaky_relu = 1, tanh = 2, sigmoid = 3 };

/// A(x). `slope` is leaky_relu's below zero, in (0, 1], and unused elsewhere.
template <Activation A>
VGAN_HOST_DEVICE inline float activate(float x, [[maybe_unused]] float slope) {
  if constexpr (A == Activation::leaky_relu) {
    return (x > 0.0f ? 1.0f : slope) * x;
  } else if constexpr (A == Activation::tanh) {
    return tanh(x);
  } else if constexpr (A == Activation::sigmoid) {
    return sigmoid(x);
  } else {
    return x;
  }
}

/// A'(x) in terms of y = A(x), so that no input need be kept; leaky_relu's at 0 is `slope`.
template <Activation A>
VGAN_HOST_DEVICE inline float derivative_from_output([[maybe_unused]] float y,
                                                     [[maybe_unused]] float slope) {
  if constexpr (A == Activation::leaky_relu) {
    return y > 0.0f ? 1.0f : slope;
  } else if constexpr (A == Activation::tanh) {
    return 1.0f - y * y;
  } else if constexpr (A == Activation::sigmoid) {
    return y * (1.0f - y);
  } else {
    return 1.0f;
  }
}

/// `activate` with the activation chosen at run time; prefer the template inside loops.
VGAN_HOST_DEVICE inline float activate(Activation activation, float x, float slope) {
  switch (activation) {
    case Activation::leaky_relu: return activate<Activation::leaky_relu>(x, slope);
    case Activation::tanh: return activate<Activation::tanh>(x, slope);
    case Activation::sigmoid: return activate<Activation::sigmoid>(x, slope);
    case Activation::identity: break;
  }
  return x;
}

VGAN_HOST_DEVICE inline float derivative_from_output(Activation activation, float y, float slope) {
  switch (activation) {
    case Activation::leaky_relu: return derivative_from_output<Activation::leaky_relu>(y, slope);
    case Activation::tanh: return derivative_from_output<Activation::tanh>(y, slope);
    case Activation::sigmoid: return derivative_from_output<Activation::sigmoid>(y, slope);
    case Activation::identity: break;
  }
  return 1.0f;
}

}  // namespace vgan::math
