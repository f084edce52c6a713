#include <vector>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"

namespace vgan::cpu {
namespace {

// Sixteen partial sums, added in order at the end: one fixed order for every vector width.
float squared_norm(const float* x, std::int64_t count) {
  constexpr int lanes = 16;
  float sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (int lane = 0; lane < lanes; ++lane) sums[lane] += x[i + lane] * x[i + lane];
  }
  float sum = 0.0F;
  for (const float part : sums) sum += part;
  for (; i < count; ++i) sum += x[i] * x[i];
  return sum;
}

void scale_row(float* x, std::int64_t count, float factor) {
  for (std::int64_t i = 0; i < count; ++i) x[i] *= factor;
}

}  // namespace

void run(ThreadTeam& team, const GradientPenaltyTask& task) {
  const MatrixView<float> x = task.x;
  std::vector<float> values(static_cast<std::size_t>(x.rows));
  for_each_row(team, x.rows, x.cols, [&](std::int64_t i) {
    const math::PenaltyOfRow one =
        math::gradient_penalty(task.kind, VGAN_WIDEST(squared_norm)(x.row(i), x.cols));
    values[static_cast<std::size_t>(i)] = one.value;
    VGAN_WIDEST(scale_row)(x.row(i), x.cols, task.scale * one.factor);
  });
  double total = 0.0;
  for (const float value : values) total += value;
  *task.value = static_cast<float>(total * task.weight);
}

}  // namespace vgan::cpu
