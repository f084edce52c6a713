#include "kernels/math/heads.hpp"

#include <vector>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/chunks.hpp"

namespace vgan::cpu {
namespace {

float load(ConstMatrixRef matrix, std::int64_t row, std::int64_t col) {
  if (matrix.type == ElementType::f32) return matrix.as<float>().row(row)[col];
  return math::to_float(matrix.as<math::BFloat16>().row(row)[col]);
}

void store(MatrixRef matrix, std::int64_t row, std::int64_t col, float value) {
  if (matrix.type == ElementType::f32) {
    matrix.as<float>().row(row)[col] = value;
  } else {
    matrix.as<math::BFloat16>().row(row)[col] = math::to_bfloat16(value);
  }
}

struct Sums {
  double loss = 0.0;
  double squared = 0.0;
  double rows = 0.0;  ///< that count
};

// All rows of one head, in order.
Sums loss_of_head(const HeadsLossTask& task, const math::Head& head) {
  const bool number = head.kind == math::HeadKind::number;
  const float variance = number ? task.variance[head.first] : 1.0F;
  const float share = 1.0F / static_cast<float>(task.y.rows);
  Sums sums;
  for (std::int64_t i = 0; i < task.y.rows; ++i) {
    const math::HeadLoss one = math::head_loss(
        head, variance, [&](std::int32_t j) { return load(task.y, i, j); },
        [&](std::int32_t j) { return load(task.x, i, j); },
        [&](std::int32_t j, float value) { store(task.gradient, i, j, value * share); });
    sums.loss += static_cast<double>(one.loss);
    sums.squared += static_cast<double>(one.squared);
    sums.rows += one.counts ? 1.0 : 0.0;
  }
  if (number && sums.rows > 0.0) {
    const auto error = static_cast<float>(sums.squared / sums.rows);
    const float moved = task.momentum * variance + (1.0F - task.momentum) * error;
    task.variance[head.first] = moved > math::least_variance ? moved : math::least_variance;
  }
  return sums;
}

}  // namespace

void run(ThreadTeam& team, const HeadsTask& task) {
  const math::HeadOptions options{task.noisy, task.temperature, task.soft.data != nullptr};
  const std::uint64_t subsequence = task.noisy ? task.stream.subsequence() : 0;
  const auto deviation = [&](std::int32_t j) {
    return task.variance == nullptr ? 0.0F : std::sqrt(task.variance[j]);
  };
  for_each_row(team, task.logits.rows, 16 * task.logits.cols, [&](std::int64_t i) {
    math::HeadDraws draws(task.stream.seed, subsequence,
                          task.stream.first + static_cast<std::uint64_t>(i) *
                                                  static_cast<std::uint64_t>(task.logits.cols));
    float* const soft = task.soft.data == nullptr ? nullptr : task.soft.row(i);
    for (std::int64_t h = 0; h < task.heads.size; ++h) {
      math::apply_head(
          task.heads.data[h], options, draws,
          [&](std::int32_t j) { return load(task.logits, i, j); }, deviation,
          [&](std::int32_t j, float value) { store(task.out, i, j, value); },
          [&](std::int32_t j) -> float& { return soft[j]; });
    }
  });
}

void run(ThreadTeam& team, const HeadsBackwardTask& task) {
  for_each_row(team, task.gradient.rows, task.gradient.cols, [&](std::int64_t i) {
    for (std::int64_t h = 0; h < task.heads.size; ++h) {
      math::head_backward(
          task.heads.data[h], task.temperature, [&](std::int32_t j) { return task.soft.row(i)[j]; },
          [&](std::int32_t j) { return load(task.gradient, i, j); },
          [&](std::int32_t j, float value) { store(task.gradient, i, j, value); });
    }
  });
}

void run(ThreadTeam& team, const HeadsLossTask& task) {
  std::vector<Sums> sums(static_cast<std::size_t>(task.heads.size));
  team.for_each(task.heads.size, [&](std::int64_t h, int) {
    sums[static_cast<std::size_t>(h)] = loss_of_head(task, task.heads.data[h]);
  });
  Sums total;
  for (const Sums& of_head : sums) {
    total.loss += of_head.loss;
    total.squared += of_head.squared;
  }
  *task.loss = static_cast<float>(total.loss / static_cast<double>(task.y.rows));
  if (task.squared == nullptr) return;
  *task.squared = static_cast<float>(total.squared / static_cast<double>(task.y.size()));
}

}  // namespace vgan::cpu
