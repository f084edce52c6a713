// What an addition is asked to do.
#pragma once

#include "kernels/view.hpp"

namespace vgan {

/// out = out + in, number by number.
struct AddTask {
  static constexpr const char* name = "add";

  MatrixView<const float> in;  ///< [n, width]
  MatrixView<float> out;       ///< [n, width]
};

}  // namespace vgan
