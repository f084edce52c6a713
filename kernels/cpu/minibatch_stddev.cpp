#include "kernels/math/minibatch_stddev.hpp"

#include <vector>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/sums.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/cpu/team/pieces.hpp"

namespace vgan::cpu {
namespace {

using math::Activation;

void add(const float* x, std::int64_t count, float* sums) {
  for (std::int64_t j = 0; j < count; ++j) sums[j] += x[j];
}

void add_squares(const float* x, const float* mean, std::int64_t count, float* sums) {
  for (std::int64_t j = 0; j < count; ++j) sums[j] += (x[j] - mean[j]) * (x[j] - mean[j]);
}

void divide(float by, std::int64_t count, float* values) {
  for (std::int64_t j = 0; j < count; ++j) values[j] /= by;
}

void to_deviations(std::int64_t count, float* variances) {
  for (std::int64_t j = 0; j < count; ++j) variances[j] = math::held_deviation(variances[j]);
}

struct Moments {
  PieceBuffer mean, deviation;
};

template <Activation A>
void add_gradient(const float* x, const Moments& moments, float share, float slope,
                  const float* delta, std::int64_t count, float* __restrict out) {
  for (std::int64_t j = 0; j < count; ++j) {
    const float gradient =
        math::deviation_gradient(share, x[j], moments.mean[j], moments.deviation[j]);
    out[j] = delta[j] + math::derivative_from_output<A>(x[j], slope) * gradient;
  }
}

// Rows [row, row + group), features [first, first + count).
struct GroupPiece {
  std::int64_t row, group, first, count;
};

void find_moments(ConstMatrixRef x, const GroupPiece& at, Moments& moments) {
  PieceBuffer buffer;
  const auto group = static_cast<float>(at.group);
  std::fill_n(moments.mean, at.count, 0.0F);
  std::fill_n(moments.deviation, at.count, 0.0F);
  for (std::int64_t i = at.row; i < at.row + at.group; ++i) {
    VGAN_WIDEST(add)(load_piece(x, i, at.first, at.count, buffer), at.count, moments.mean);
  }
  VGAN_WIDEST(divide)(group, at.count, moments.mean);
  for (std::int64_t i = at.row; i < at.row + at.group; ++i) {
    VGAN_WIDEST(add_squares)
    (load_piece(x, i, at.first, at.count, buffer), moments.mean, at.count, moments.deviation);
  }
  VGAN_WIDEST(divide)(group, at.count, moments.deviation);
  VGAN_WIDEST(to_deviations)(at.count, moments.deviation);
}

// Calls `body(at, item)` for each piece of each group, group by group.
template <class Body>
void for_each_group_piece(ThreadTeam& team, ConstMatrixRef x, std::int64_t group, Body body) {
  const std::int64_t pieces = (x.cols + piece_numbers - 1) / piece_numbers;
  team.for_each(x.rows / group * pieces, [&](std::int64_t item, int) {
    const std::int64_t first = item % pieces * piece_numbers;
    body(GroupPiece{item / pieces * group, group, first, std::min(piece_numbers, x.cols - first)},
         item);
  });
}

void backward_piece(const MinibatchStddevBackwardTask& task, const GroupPiece& at) {
  Moments moments;
  PieceBuffer x_buffer, delta_buffer, out;
  find_moments(task.x, at, moments);
  double dstatistic = 0.0;
  for (std::int64_t i = at.row; i < at.row + at.group; ++i) {
    dstatistic += static_cast<double>(*load_piece(task.dstatistic, i, 0, 1, x_buffer));
  }
  const auto share = static_cast<float>(dstatistic / static_cast<double>(at.group * task.x.cols));
  with_activation(task.activation, [&](auto a) {
    for (std::int64_t i = at.row; i < at.row + at.group; ++i) {
      VGAN_WIDEST(add_gradient<decltype(a)::value>)
      (load_piece(task.x, i, at.first, at.count, x_buffer), moments, share, task.slope,
       load_piece(task.delta, i, at.first, at.count, delta_buffer), at.count, out);
      store_piece(out, i, at.first, at.count, task.delta);
    }
  });
}

}  // namespace

void run(ThreadTeam& team, const MinibatchStddevTask& task) {
  const std::int64_t groups = task.x.rows / task.group;
  const std::int64_t pieces = (task.x.cols + piece_numbers - 1) / piece_numbers;
  std::vector<double> parts(static_cast<std::size_t>(groups * pieces));
  for_each_group_piece(team, task.x, task.group, [&](const GroupPiece& at, std::int64_t item) {
    Moments moments;
    find_moments(task.x, at, moments);
    parts[static_cast<std::size_t>(item)] = sum(moments.deviation, at.count);
  });
  for (std::int64_t g = 0; g < groups; ++g) {
    double total = 0.0;
    for (std::int64_t p = 0; p < pieces; ++p) {
      total += parts[static_cast<std::size_t>(g * pieces + p)];
    }
    const PieceBuffer mean = {static_cast<float>(total / static_cast<double>(task.x.cols))};
    for (std::int64_t i = 0; i < task.group; ++i) {
      store_piece(mean, g * task.group + i, 0, 1, task.statistic);
    }
  }
}

void run(ThreadTeam& team, const MinibatchStddevBackwardTask& task) {
  for_each_group_piece(team, task.x, task.group,
                       [&](const GroupPiece& at, std::int64_t) { backward_piece(task, at); });
}

}  // namespace vgan::cpu
