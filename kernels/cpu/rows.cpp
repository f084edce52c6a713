#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/sums.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/cpu/team/pieces.hpp"

namespace vgan::cpu {
namespace {

using math::Activation;

template <Activation A>
void scale_masked(float s, const float* a, const float* at, float slope, std::int64_t count,
                  float* __restrict out) {
  for (std::int64_t j = 0; j < count; ++j) {
    out[j] = s * a[j] * math::derivative_from_output<A>(at[j], slope);
  }
}

void add_to(const float* before, std::int64_t count, float* __restrict out) {
  for (std::int64_t j = 0; j < count; ++j) out[j] += before[j];
}

void scale_row(const ScaleRowsTask& task, Activation mask, std::int64_t row) {
  PieceBuffer a_buffer, at_buffer, before, out;
  const float s = *load_piece(task.s, row, 0, 1, a_buffer);
  for_each_piece(task.a.cols, [&](std::int64_t first, std::int64_t count) {
    const float* a = load_piece(task.a, row, first, count, a_buffer);
    const bool masked = mask != Activation::identity;
    const float* at = masked ? load_piece(task.at, row, first, count, at_buffer) : a;
    with_activation(mask, [&](auto activation) {
      VGAN_WIDEST(scale_masked<decltype(activation)::value>)(s, a, at, task.slope, count, out);
    });
    if (task.accumulate)
      VGAN_WIDEST(add_to)(load_piece(task.out, row, first, count, before), count, out);
    store_piece(out, row, first, count, task.out);
  });
}

}  // namespace

void run(ThreadTeam& team, const RowDotsTask& task) {
  const ConstMatrixRef a = task.a;
  const ConstMatrixRef b = task.b;
  for_each_row(team, a.rows, a.cols, [&](std::int64_t i) {
    double total = 0.0;
    for_each_piece(a.cols, [&](std::int64_t first, std::int64_t count) {
      PieceBuffer a_buffer, b_buffer;
      total += dot(load_piece(a, i, first, count, a_buffer),
                   load_piece(b, i, first, count, b_buffer), count);
    });
    *task.y.row(i) += static_cast<float>(total);
  });
}

void run(ThreadTeam& team, const ScaleRowsTask& task) {
  const Activation mask = task.at.empty() ? Activation::identity : task.activation;
  for_each_row(team, task.a.rows, task.a.cols, [&](std::int64_t i) { scale_row(task, mask, i); });
}

}  // namespace vgan::cpu
