#include "kernels/math/spectral.hpp"

#include <cmath>
#include <vector>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/sums.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"

namespace vgan::cpu {
namespace {

using Doubles = std::vector<double>;

// A work item of w^T v: its partial sums stay in the first-level cache.
constexpr std::int64_t band_rows = 64;
constexpr std::int64_t band_cols = 256;

void add_scaled(const float* row, float scale, std::int64_t count, double* sums) {
  for (std::int64_t j = 0; j < count; ++j) {
    sums[j] += static_cast<double>(row[j]) * static_cast<double>(scale);
  }
}

void divide(const float* from, float by, std::int64_t count, float* __restrict to) {
  for (std::int64_t j = 0; j < count; ++j) to[j] = from[j] / by;
}

void gradient_row(float share, float v, const float* u, float sigma, std::int64_t count, float* g) {
  for (std::int64_t j = 0; j < count; ++j) {
    g[j] = math::spectral_gradient(g[j], share, v, u[j], sigma);
  }
}

// w u
Doubles row_products(ThreadTeam& team, MatrixView<const float> w, const float* u) {
  Doubles products(static_cast<std::size_t>(w.rows));
  for_each_row(team, w.rows, w.cols, [&](std::int64_t i) {
    products[static_cast<std::size_t>(i)] = dot(w.row(i), u, w.cols);
  });
  return products;
}

// w^T v: bands of rows side by side, then added in order.
Doubles column_products(ThreadTeam& team, MatrixView<const float> w, const float* v) {
  const std::int64_t bands = (w.rows + band_rows - 1) / band_rows;
  const std::int64_t across = (w.cols + band_cols - 1) / band_cols;
  Doubles parts(static_cast<std::size_t>(bands * w.cols));
  team.for_each(bands * across, [&](std::int64_t item, int) {
    const std::int64_t band = item / across;
    const std::int64_t first = item % across * band_cols;
    const std::int64_t count = std::min(band_cols, w.cols - first);
    const std::int64_t end = std::min(w.rows, (band + 1) * band_rows);
    double* sums = parts.data() + band * w.cols + first;
    for (std::int64_t i = band * band_rows; i < end; ++i) {
      VGAN_WIDEST(add_scaled)(w.row(i) + first, v[i], count, sums);
    }
  });
  Doubles products(parts.begin(), parts.begin() + w.cols);
  for (std::int64_t band = 1; band < bands; ++band) {
    const double* part = parts.data() + band * w.cols;
    for (std::size_t j = 0; j < products.size(); ++j) products[j] += part[j];
  }
  return products;
}

// unit = values / |values|
void normalise(const Doubles& values, float* unit) {
  double square = 0.0;
  for (const double value : values) square += value * value;
  const double inverse = 1.0 / math::held_norm(std::sqrt(square));
  for (std::size_t i = 0; i < values.size(); ++i) unit[i] = static_cast<float>(values[i] * inverse);
}

}  // namespace

void run(ThreadTeam& team, const SpectralTask& task) {
  if (task.iterate) normalise(row_products(team, task.w, task.u.data), task.v.data);
  const Doubles products = column_products(team, task.w, task.v.data);
  if (task.iterate) normalise(products, task.u.data);
  double sum = 0.0;
  for (std::size_t j = 0; j < products.size(); ++j) {
    sum += products[j] * static_cast<double>(task.u.data[j]);
  }
  const auto sigma = static_cast<float>(math::held_sigma(sum));
  *task.sigma = sigma;
  for_each_row(team, task.w.rows, task.w.cols, [&](std::int64_t i) {
    VGAN_WIDEST(divide)(task.w.row(i), sigma, task.w.cols, task.normalised.row(i));
  });
}

void run(ThreadTeam& team, const SpectralGradientTask& task) {
  const MatrixView<float> g = task.g;
  Doubles rows(static_cast<std::size_t>(g.rows));
  for_each_row(team, g.rows, g.cols, [&](std::int64_t i) {
    rows[static_cast<std::size_t>(i)] = dot(g.row(i), task.normalised.row(i), g.cols);
  });
  double sum = 0.0;
  for (const double of_row : rows) sum += of_row;
  const auto share = static_cast<float>(sum);
  for_each_row(team, g.rows, g.cols, [&](std::int64_t i) {
    VGAN_WIDEST(gradient_row)(share, task.v.data[i], task.u.data, *task.sigma, g.cols, g.row(i));
  });
}

}  // namespace vgan::cpu
