#include <vector>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/sums.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/cpu/team/pieces.hpp"
#include "kernels/math/gaussian_nll.hpp"

namespace vgan::cpu {
namespace {

void bernoulli_piece(const float* y, const float* x, std::int64_t count, float* __restrict loss,
                     float* __restrict gradient) {
  for (std::int64_t i = 0; i < count; ++i) {
    const math::LossAndGradient one = math::bce_with_logits(y[i], x[i]);
    loss[i] = one.loss;
    gradient[i] = one.gradient;
  }
}

void gaussian_piece(const float* y, const float* x, std::int64_t count, float* __restrict loss,
                    float* __restrict gradient) {
  for (std::int64_t i = 0; i < count; ++i) {
    const math::LossAndGradient one = math::gaussian_nll(y[i], x[i]);
    loss[i] = one.loss;
    gradient[i] = one.gradient;
  }
}

void scale_piece(float scale, std::int64_t count, float* values) {
  for (std::int64_t i = 0; i < count; ++i) values[i] *= scale;
}

struct Sums {
  double loss = 0.0;
  double squared = 0.0;
};

// Either likelihood's gradient is also the error of its mean, sigmoid(y) - x or y - x.
Sums reconstruction_row(const ReconstructionTask& task, std::int64_t row) {
  const float share = 1.0F / static_cast<float>(task.y.rows);
  Sums sums;
  for_each_piece(task.y.cols, [&](std::int64_t first, std::int64_t count) {
    PieceBuffer buffer, loss, gradient;
    const float* y = task.y.as<float>().row(row) + first;
    const float* x = load_piece(task.x, row, first, count, buffer);
    if (task.likelihood == Likelihood::bernoulli) {
      VGAN_WIDEST(bernoulli_piece)(y, x, count, loss, gradient);
    } else {
      VGAN_WIDEST(gaussian_piece)(y, x, count, loss, gradient);
    }
    sums.loss += sum(loss, count);
    sums.squared += dot(gradient, gradient, count);
    VGAN_WIDEST(scale_piece)(share, count, gradient);
    store_piece(gradient, row, first, count, task.gradient);
  });
  return sums;
}

}  // namespace

void run(ThreadTeam& team, const ReconstructionTask& task) {
  const std::int64_t rows = task.y.rows;
  std::vector<Sums> sums(static_cast<std::size_t>(rows));
  for_each_row(team, rows, task.y.cols, [&](std::int64_t row) {
    sums[static_cast<std::size_t>(row)] = reconstruction_row(task, row);
  });
  Sums total;
  for (const Sums& of_row : sums) {
    total.loss += of_row.loss;
    total.squared += of_row.squared;
  }
  *task.loss = static_cast<float>(total.loss / static_cast<double>(rows));
  if (task.squared == nullptr) return;
  *task.squared = static_cast<float>(total.squared / static_cast<double>(task.y.size()));
}

}  // namespace vgan::cpu
