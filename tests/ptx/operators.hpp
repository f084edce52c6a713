// What arithmetic does to the numbers of one lane. Integers wrap around; floats round to nearest,
// once.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "tests/ptx/lanes.hpp"

namespace ptx {

template <class T>
constexpr bool is_float_type = std::is_floating_point_v<T>;

/// An integer type wide enough, and unsigned, so that nothing overflows.
template <class T>
std::uint64_t modular(T value) {
  return static_cast<std::uint64_t>(value);
}

struct Add {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float_type<T>)
      return canonical<T>(a + b);
    else
      return static_cast<T>(modular(a) + modular(b));
  }
};
struct Subtract {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float_type<T>)
      return canonical<T>(a - b);
    else
      return static_cast<T>(modular(a) - modular(b));
  }
};
struct Multiply {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float_type<T>)
      return canonical<T>(a * b);
    else
      return static_cast<T>(modular(a) * modular(b));
  }
};
struct MultiplyHigh {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float_type<T>)
      return T{};
    else {
      using Wide = std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>;
      return static_cast<T>((static_cast<Wide>(a) * static_cast<Wide>(b)) >> (8 * sizeof(T)));
    }
  }
};
struct MultiplyAdd {
  template <class T>
  T operator()(T a, T b, T c) const {
    if constexpr (is_float_type<T>)
      return canonical<T>(std::fma(a, b, c));
    else
      return static_cast<T>(modular(a) * modular(b) + modular(c));
  }
};
// Division of integers by zero gives what is not specified; it shows as all ones.
struct Divide {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float_type<T>)
      return canonical<T>(a / b);
    else if (b == 0)
      return static_cast<T>(-1);
    else if (std::is_signed_v<T> && b == static_cast<T>(-1))
      return static_cast<T>(0 - modular(a));
    else
      return static_cast<T>(a / b);
  }
};
struct Remainder {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float_type<T>)
      return T{};
    else if (b == 0)
      return static_cast<T>(-1);
    else if (std::is_signed_v<T> && b == static_cast<T>(-1))
      return T{0};
    else
      return static_cast<T>(a % b);
  }
};
/// The other operand where one is NaN; -0 is less than +0.
struct Minimum {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float_type<T>) {
      if (a != a) return canonical<T>(b);
      if (b != b) return a;
      if (a == b) return std::signbit(a) ? a : b;
    }
    return a < b ? a : b;
  }
};
struct Maximum {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float_type<T>) {
      if (a != a) return canonical<T>(b);
      if (b != b) return a;
      if (a == b) return std::signbit(a) ? b : a;
    }
    return a > b ? a : b;
  }
};
struct Negate {
  template <class T>
  T operator()(T a) const {
    if constexpr (is_float_type<T>)
      return -a;
    else
      return static_cast<T>(0 - modular(a));
  }
};
struct Absolute {
  template <class T>
  T operator()(T a) const {
    if constexpr (is_float_type<T>)
      return std::fabs(a);
    else if constexpr (std::is_signed_v<T>)
      return a < 0 ? static_cast<T>(0 - modular(a)) : a;
    else
      return a;
  }
};
struct SquareRoot {
  template <class T>
  T operator()(T a) const {
    if constexpr (is_float_type<T>)
      return canonical<T>(std::sqrt(a));
    else
      return a;
  }
};
struct Reciprocal {
  template <class T>
  T operator()(T a) const {
    if constexpr (is_float_type<T>)
      return canonical<T>(T{1} / a);
    else
      return a;
  }
};
struct And {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float_type<T>)
      return a;
    else
      return static_cast<T>(a & b);
  }
};
struct Or {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float_type<T>)
      return a;
    else
      return static_cast<T>(a | b);
  }
};
struct ExclusiveOr {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float_type<T>)
      return a;
    else
      return static_cast<T>(a ^ b);
  }
};
struct Not {
  template <class T>
  T operator()(T a) const {
    if constexpr (is_float_type<T>)
      return a;
    else
      return static_cast<T>(~a);
  }
};
struct Move {
  template <class T>
  T operator()(T a) const {
    return a;
  }
};

}  // namespace ptx
