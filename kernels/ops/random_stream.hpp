// Which random numbers an operation takes.
#pragma once

#include <cstdint>

#include "kernels/math/philox.hpp"
#include "kernels/ops/step_state.hpp"

namespace vgan {

/// The numbers of stream (seed, purpose, step), from number `first` on (docs/numerics.md): element
/// (i, j) of a matrix takes number first + i * cols + j. The step is `counter`'s value, read when
/// the operation runs.
struct RandomStream {
  std::uint64_t seed = 0;
  math::Purpose purpose = math::Purpose::latent;
  std::uint64_t first = 0;
  StepCounter counter;

  /// Philox's subsequence of the step that the counter counts now.
  VGAN_HOST_DEVICE std::uint64_t subsequence() const {
    return math::subsequence(purpose, counter.value());
  }
};

}  // namespace vgan
