#include "kernels/math/layer_norm.hpp"

#include <algorithm>
#include <vector>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"

namespace vgan::cpu {
namespace {

// Partial sums side by side, added in one order at the end.
constexpr int lanes = 16;

// term(0) + ... + term(count - 1).
template <class Term>
float sum_of(std::int64_t count, Term term) {
  float parts[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (int lane = 0; lane < lanes; ++lane) parts[lane] += term(i + lane);
  }
  for (int lane = 0; i + lane < count; ++lane) parts[lane] += term(i + lane);
  for (int half = lanes / 2; half > 0; half /= 2) {
    for (int lane = 0; lane < half; ++lane) parts[lane] += parts[lane + half];
  }
  return parts[0];
}

// x and y may be one.
math::RowMoments normalise_row(const float* x, const float* gamma, const float* beta,
                               std::int64_t width, float* y) {
  const auto count = static_cast<float>(width);
  const float mean = sum_of(width, [&](std::int64_t j) { return x[j]; }) / count;
  const float squares =
      sum_of(width, [&](std::int64_t j) { return (x[j] - mean) * (x[j] - mean); });
  const math::RowMoments moments = math::row_moments(mean, squares, count);
#pragma omp simd
  for (std::int64_t j = 0; j < width; ++j) y[j] = gamma[j] * moments.standard(x[j]) + beta[j];
  return moments;
}

// Rows [first, end).
void normalise_rows(LayerNormTask task, std::int64_t first, std::int64_t end) {
  for (std::int64_t i = first; i < end; ++i) {
    const math::RowMoments moments =
        normalise_row(task.x.row(i), task.gamma.data, task.beta.data, task.x.cols, task.y.row(i));
    if (task.statistics.data == nullptr) continue;
    task.statistics.row(i)[0] = moments.mean;
    task.statistics.row(i)[1] = moments.inverse_deviation;
  }
}

void add_parameter_gradients(const float* x, const float* dy, math::RowMoments moments,
                             std::int64_t width, float* __restrict dgamma,
                             float* __restrict dbeta) {
  for (std::int64_t j = 0; j < width; ++j) {
    dgamma[j] += dy[j] * moments.standard(x[j]);
    dbeta[j] += dy[j];
  }
}

// Any of the others may be dx itself; `residual` may be null.
void input_gradient(const float* x, const float* gamma, math::RowMoments moments, const float* dy,
                    const float* residual, std::int64_t width, float* dx) {
  const auto count = static_cast<float>(width);
  const float share = sum_of(width, [&](std::int64_t j) { return gamma[j] * dy[j]; }) / count;
  const float standard_share =
      sum_of(width, [&](std::int64_t j) { return gamma[j] * dy[j] * moments.standard(x[j]); }) /
      count;
  const auto gradient = [&](std::int64_t j) {
    return math::layer_norm_gradient(gamma[j] * dy[j], moments.standard(x[j]),
                                     moments.inverse_deviation, share, standard_share);
  };
  if (residual == nullptr) {
#pragma omp simd
    for (std::int64_t j = 0; j < width; ++j) dx[j] = gradient(j);
  } else {
#pragma omp simd
    for (std::int64_t j = 0; j < width; ++j) dx[j] = gradient(j) + residual[j];
  }
}

// Rows [first, end); `sums` has their dgamma and then their dbeta, or is null.
void backward_rows(LayerNormBackwardTask task, std::int64_t first, std::int64_t end, float* sums) {
  const std::int64_t width = task.x.cols;
  for (std::int64_t i = first; i < end; ++i) {
    const math::RowMoments moments{task.statistics.row(i)[0], task.statistics.row(i)[1]};
    const float* residual = task.residual.data == nullptr ? nullptr : task.residual.row(i);
    if (sums != nullptr) {
      add_parameter_gradients(task.x.row(i), task.dy.row(i), moments, width, sums, sums + width);
    }
    input_gradient(task.x.row(i), task.gamma.data, moments, task.dy.row(i), residual, width,
                   task.dx.row(i));
  }
}

// Rows of a work item: few enough for a sum of them in float.
std::int64_t band_rows(std::int64_t width) {
  return std::clamp<std::int64_t>(chunk_elements / width, 16, 64);
}

}  // namespace

void run(ThreadTeam& team, const LayerNormTask& task) {
  const std::int64_t rows = task.x.rows;
  const std::int64_t band = band_rows(task.x.cols);
  team.for_each((rows + band - 1) / band, [&](std::int64_t item, int) {
    VGAN_WIDEST(normalise_rows)(task, item * band, std::min(rows, (item + 1) * band));
  });
}

void run(ThreadTeam& team, const LayerNormBackwardTask& task) {
  const std::int64_t rows = task.x.rows;
  const std::int64_t width = task.x.cols;
  const std::int64_t band = band_rows(width);
  const std::int64_t bands = (rows + band - 1) / band;
  const bool wanted = !task.dgamma.empty();
  std::vector<float> parts(static_cast<std::size_t>(wanted ? bands * 2 * width : 0));
  team.for_each(bands, [&](std::int64_t item, int) {
    float* const sums = wanted ? parts.data() + item * 2 * width : nullptr;
    VGAN_WIDEST(backward_rows)(task, item * band, std::min(rows, (item + 1) * band), sums);
  });
  if (!wanted) return;
  // The bands are added in order.
  std::vector<double> sums(static_cast<std::size_t>(2 * width));
  for (std::size_t at = 0; at < parts.size(); ++at) {
    sums[at % sums.size()] += static_cast<double>(parts[at]);
  }
  for (std::int64_t j = 0; j < width; ++j) {
    task.dgamma.data[j] = static_cast<float>(sums[static_cast<std::size_t>(j)]);
    task.dbeta.data[j] = static_cast<float>(sums[static_cast<std::size_t>(width + j)]);
  }
}

}  // namespace vgan::cpu
