#include <vector>

#include "kernels/cpu/chunks.hpp"
#include "kernels/cpu/clones.hpp"
#include "kernels/cpu/pointwise.hpp"

namespace vgan::cpu {
namespace {

// Sixteen partial sums, added in order at the end: one fixed order for every vector width.
VGAN_CPU_CLONES float squared_norm_then_scale(float* x, std::int64_t count, float scale) {
  constexpr int lanes = 16;
  float sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (int lane = 0; lane < lanes; ++lane) {
      sums[lane] += x[i + lane] * x[i + lane];
      x[i + lane] *= scale;
    }
  }
  float sum = 0.0F;
  for (const float part : sums) sum += part;
  for (; i < count; ++i) {
    sum += x[i] * x[i];
    x[i] *= scale;
  }
  return sum;
}

}  // namespace

void squared_norm_and_scale(ThreadTeam& team, MatrixView<float> x, float weight, float scale,
                            float* sum) {
  std::vector<float> rows(static_cast<std::size_t>(x.rows));
  for_each_row(team, x.rows, x.cols, [&](std::int64_t i) {
    rows[static_cast<std::size_t>(i)] = squared_norm_then_scale(x.row(i), x.cols, scale);
  });
  double total = 0.0;
  for (const float row : rows) total += row;
  *sum = static_cast<float>(total * weight);
}

}  // namespace vgan::cpu
