// Sums over a whole matrix in a fixed order: each block adds up a part, then one block the parts.
#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

namespace vgan::cuda {

/// How `numbers` are cut into parts: part p is [p * band, (p + 1) * band), and up to 2,048 numbers
/// are one part.
struct PartSizes {
  std::int64_t parts = 1;
  std::int64_t band = 0;
};
PartSizes part_sizes(std::int64_t numbers);

/// *out = sum of parts / divisor; a null `out` is not wanted.
struct PartSum {
  const double* parts = nullptr;
  double divisor = 1.0;
  float* out = nullptr;
};
/// `count` parts of each.
[[nodiscard]] cudaError_t add_parts(cudaStream_t stream, std::int64_t count, const PartSum& first,
                                    const PartSum& second = {});

}  // namespace vgan::cuda
