// The host executor's twin of Thrust's iterator over numbers, as far as the project uses it.
#pragma once

#include <cstdint>

namespace thrust {

template <class T>
struct counting_iterator {
  T first;

  explicit counting_iterator(T start) : first(start) {}
  T operator[](std::int64_t i) const { return first + static_cast<T>(i); }
};

}  // namespace thrust
