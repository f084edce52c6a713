// What the search for numbers that are not finite is asked to do.
#pragma once

#include <cstdint>

#include "kernels/view.hpp"

namespace vgan {

/// *first = the place of the first NaN or Inf among `values`, or their number where all are finite.
/// Up to 2^31 - 1 of them.
struct FirstNonfiniteTask {
  static constexpr const char* name = "first_nonfinite";

  VectorView<const float> values;
  std::int64_t* first = nullptr;  ///< in device memory
};

}  // namespace vgan
