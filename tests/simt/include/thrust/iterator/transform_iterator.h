// The host executor's twin of Thrust's iterator over results, as far as the project uses it.
#pragma once

#include <cstdint>

namespace thrust {

template <class Function, class Iterator>
struct transform_iterator {
  Iterator from;
  Function function;

  auto operator[](std::int64_t i) const { return function(from[i]); }
};

template <class Function, class Iterator>
transform_iterator<Function, Iterator> make_transform_iterator(Iterator from, Function function) {
  return {from, function};
}

}  // namespace thrust
