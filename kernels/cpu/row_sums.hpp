// The sum of some rows, for loops that run at any vector width (clones.hpp).
#pragma once

#include <cstdint>

namespace vgan::cpu {

/// The rows of one sum, so many at a time.
constexpr int most_seen = 64;
struct SeenRows {
  const float* rows[most_seen];
  int count = 0;
};

/// out += the sum of the seen rows, in order; four at a time, so that `out` is less often read and
/// written.
inline void add_rows(const SeenRows* seen, std::int64_t width, float* __restrict out) {
  int i = 0;
  for (; i + 4 <= seen->count; i += 4) {
    const float* const a = seen->rows[i];
    const float* const b = seen->rows[i + 1];
    const float* const c = seen->rows[i + 2];
    const float* const d = seen->rows[i + 3];
    for (std::int64_t j = 0; j < width; ++j) out[j] = out[j] + a[j] + b[j] + c[j] + d[j];
  }
  if (i + 2 <= seen->count) {
    const float* const a = seen->rows[i];
    const float* const b = seen->rows[i + 1];
    for (std::int64_t j = 0; j < width; ++j) out[j] = out[j] + a[j] + b[j];
    i += 2;
  }
  if (i < seen->count) {
    const float* const a = seen->rows[i];
    for (std::int64_t j = 0; j < width; ++j) out[j] += a[j];
  }
}

}  // namespace vgan::cpu
