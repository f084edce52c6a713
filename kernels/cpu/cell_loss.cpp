#include <algorithm>
#include <vector>

#include "kernels/cpu/cell_targets.hpp"
#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/softmax.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/math/elementary.hpp"

namespace vgan::cpu {
namespace {

/// The loss of one head of one row, whose target is at `cell`, and weight times its gradient.
float loss_of_head(const float* logits, std::int64_t size, std::int64_t cell, CellTargets targets,
                   float weight, float* __restrict gradient) {
  const float most = greatest(logits, size);
  // The exponentials wait in the gradient.
  for (std::int64_t t = 0; t < size; ++t) gradient[t] = math::exp(logits[t] - most);
  const float sum = lane_sum(size, [=](std::int64_t t) { return gradient[t]; });
  const float log_sum = math::log(sum);
  const float inverse = 1.0F / sum;
  if (targets.count == 0) {
    const float exponential = gradient[cell];
    for (std::int64_t t = 0; t < size; ++t) {
      gradient[t] = math::cell_gradient(gradient[t] * inverse, 0.0F, weight);
    }
    gradient[cell] = math::cell_gradient(exponential * inverse, 1.0F, weight);
    return math::cell_loss(1.0F, logits[cell] - most, log_sum);
  }
  const float loss = lane_sum(targets.count, [=](std::int64_t t) {
    const float target = targets.bell[t] * targets.scale;
    gradient[t] = math::cell_gradient(gradient[t] * inverse, target, weight);
    return math::cell_loss(target, logits[t] - most, log_sum);
  });
  for (std::int64_t t = targets.count; t < size; ++t) {
    gradient[t] = math::cell_gradient(gradient[t] * inverse, 0.0F, weight);
  }
  return loss;
}

double loss_of_row(const CellLossTask& task, const CellBell& bell, std::int64_t row) {
  const std::int64_t columns = task.heads.size;
  const std::uint8_t* const observed = task.observed.row(row);
  const std::int32_t* const cells = task.cells.row(row);
  std::int64_t hidden = 0;
  for (std::int64_t c = 0; c < columns; ++c) hidden += observed[c] == 0 ? 1 : 0;
  const float weight = cell_weight(task.logits.rows, hidden);
  double loss = 0.0;
  for (std::int64_t c = 0; c < columns; ++c) {
    const math::CellHead head = task.heads.data[c];
    float* const gradient = task.gradient.row(row) + head.first;
    if (observed[c] != 0) {
      std::fill_n(gradient, head.size, 0.0F);
      continue;
    }
    loss += static_cast<double>(VGAN_WIDEST(loss_of_head)(
        task.logits.row(row) + head.first, std::int64_t{head.size}, std::int64_t{cells[c]},
        bell.targets(head, cells[c]), weight, gradient));
  }
  return hidden == 0 ? 0.0 : loss / static_cast<double>(hidden);
}

}  // namespace

void run(ThreadTeam& team, const CellLossTask& task) {
  const std::int64_t rows = task.logits.rows;
  const CellBell bell(task);
  std::vector<double> losses(static_cast<std::size_t>(rows));
  for_each_row(team, rows, 4 * task.logits.cols, [&](std::int64_t row) {
    losses[static_cast<std::size_t>(row)] = loss_of_row(task, bell, row);
  });
  double total = 0.0;
  for (const double loss : losses) total += loss;
  *task.loss = static_cast<float>(total / static_cast<double>(rows));
}

}  // namespace vgan::cpu
