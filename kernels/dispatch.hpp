// From a type or an activation known at run time to one known at compile time.
#pragma once

#include <type_traits>

#include "kernels/math/activation.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// Calls `body(T{})` with T = float or BFloat16, whichever `type` is.
template <class Body>
void with_float_type(ElementType type, Body body) {
  if (type == ElementType::bf16) {
    body(math::BFloat16{});
  } else {
    body(float{});
  }
}

/// Calls `body(constant)`; `decltype(constant)::value` is `activation`.
template <class Body>
void with_activation(math::Activation activation, Body body) {
  using math::Activation;
  switch (activation) {
    case Activation::identity:
      return body(std::integral_constant<Activation, Activation::identity>{});
    case Activation::leaky_relu:
      return body(std::integral_constant<Activation, Activation::leaky_relu>{});
    case Activation::tanh: return body(std::integral_constant<Activation, Activation::tanh>{});
    case Activation::sigmoid:
      return body(std::integral_constant<Activation, Activation::sigmoid>{});
  }
}

}  // namespace vgan
