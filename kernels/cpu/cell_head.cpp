// The last layer of a network over cells, column by column: the rows that do not show a column are
// brought together, and products, loss and gradients are those rows' alone.
#include <algorithm>
#include <limits>

#include "kernels/cpu/cell_targets.hpp"
#include "kernels/cpu/dense_slices.hpp"
#include "kernels/cpu/row_sums.hpp"
#include "kernels/cpu/softmax.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/math/elementary.hpp"

namespace vgan::cpu {
namespace {

constexpr int lanes = math::softmax_lanes;

std::size_t as_index(std::int64_t number) { return static_cast<std::size_t>(number); }

std::int64_t whole_lanes(std::int64_t size) { return (size + lanes - 1) / lanes * lanes; }

// Products are made for so many numbers of rows in all, and 16 at least to a step of them.
std::int64_t row_step(std::int64_t rows) {
  return std::max<std::int64_t>(16, (rows + 255) / 256 * 16);
}

/// Which rows hide a column, in order: numbers [first, first + count) of HiddenRows::rows. Products
/// take `padded` of them; the further ones are zeros.
struct HiddenColumn {
  std::int64_t first = 0, count = 0, padded = 0;
};

struct HiddenRows {
  explicit HiddenRows(const CellLossTask& task);

  std::vector<HiddenColumn> columns;
  std::vector<std::int32_t> rows;
  std::vector<std::int32_t> hidden;  ///< of each row: how many columns it hides
  /// [rows, columns]: which of `rows` a hidden column of a row is; -1 where it is shown.
  std::vector<std::int32_t> places;
};

HiddenRows::HiddenRows(const CellLossTask& task)
    : columns(static_cast<std::size_t>(task.heads.size)),
      hidden(static_cast<std::size_t>(task.logits.rows)),
      places(columns.size() * hidden.size(), -1) {
  const std::int64_t step = row_step(task.logits.rows);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    HiddenColumn& column = columns[c];
    column.first = static_cast<std::int64_t>(rows.size());
    for (std::size_t i = 0; i < hidden.size(); ++i) {
      if (task.observed.row(static_cast<std::int64_t>(i))[c] != 0) continue;
      places[i * columns.size() + c] = static_cast<std::int32_t>(rows.size());
      rows.push_back(static_cast<std::int32_t>(i));
      ++hidden[i];
    }
    column.count = static_cast<std::int64_t>(rows.size()) - column.first;
    column.padded = (column.count + step - 1) / step * step;
    rows.resize(static_cast<std::size_t>(column.first + column.padded));
  }
}

/// A head of one row that has whole lanes, as cell_loss.cpp has it without: what is past its `size`
/// cells counts as nothing. The sums are the same, bit for bit.
struct LaneRow {
  const float* logits;
  float* gradient;
  int size;
};

/// What a row's softmax is known by.
struct SoftmaxSums {
  float most;  ///< the greatest logit
  float sum;   ///< of the exponentials of the logits less that
};

// The exponentials stay in the gradient.
SoftmaxSums exponentials(LaneRow row) {
  constexpr float nothing = -std::numeric_limits<float>::infinity();
  float most[lanes];
  for (int lane = 0; lane < lanes; ++lane) most[lane] = nothing;
  for (int t = 0; t < row.size; t += lanes) {
    for (int lane = 0; lane < lanes; ++lane) {
      const float logit = row.logits[t + lane];
      most[lane] = greater(most[lane], lane < row.size - t ? logit : nothing);
    }
  }
  const float greatest = greatest_lane(most);
  float sums[lanes] = {};
  for (int t = 0; t < row.size; t += lanes) {
    for (int lane = 0; lane < lanes; ++lane) {
      const float exponential = math::exp(row.logits[t + lane] - greatest);
      const float own = lane < row.size - t ? exponential : 0.0F;
      row.gradient[t + lane] = own;
      sums[lane] += own;
    }
  }
  return {greatest, sum_of_lanes(sums)};
}

// Turns exponentials into weight * gradient, and returns the loss.
float finish_row(LaneRow row, std::int32_t cell, CellTargets targets, SoftmaxSums sums,
                 float log_sum, float weight) {
  const float inverse = 1.0F / sums.sum;
  const float exponential = row.gradient[cell];
  const int smoothed = static_cast<int>(targets.count);
  float losses[lanes] = {};
  int t = 0;
  for (; t < smoothed; t += lanes) {
    for (int lane = 0; lane < lanes; ++lane) {
      const float spread = targets.bell[t + lane] * targets.scale;
      const float target = lane < smoothed - t ? spread : 0.0F;
      losses[lane] += math::cell_loss(target, row.logits[t + lane] - sums.most, log_sum);
      row.gradient[t + lane] =
          math::cell_gradient(row.gradient[t + lane] * inverse, target, weight);
    }
  }
  for (; t < row.size; t += lanes) {
    for (int lane = 0; lane < lanes; ++lane) {
      row.gradient[t + lane] = math::cell_gradient(row.gradient[t + lane] * inverse, 0.0F, weight);
    }
  }
  if (smoothed > 0) return sum_of_lanes(losses);
  row.gradient[cell] = math::cell_gradient(exponential * inverse, 1.0F, weight);
  return math::cell_loss(1.0F, row.logits[cell] - sums.most, log_sum);
}

/// A column's hidden rows, one after the other.
struct ColumnLoss {
  const CellLossTask* task;
  const CellBell* bell;
  const HiddenRows* hidden;
  std::int64_t column;
  float* logits;    ///< [padded, whole_lanes(size)]
  float* gradient;  ///< likewise
  float* losses;    ///< of all HiddenRows::rows
};

// So many rows go through each pass before the next, for the logarithms to be taken side by side.
constexpr std::int64_t pass_rows = 16;

// Rows [first, first + count) of the column's, count <= pass_rows.
void some_losses(const ColumnLoss& of, std::int64_t first, std::int64_t count) {
  const math::CellHead head = of.task->heads.data[of.column];
  const std::int64_t stride = whole_lanes(head.size);
  const std::int64_t start = of.hidden->columns[as_index(of.column)].first + first;
  const auto row = [&](std::int64_t p) {
    const std::int64_t at = (first + p) * stride;
    return LaneRow{of.logits + at, of.gradient + at, head.size};
  };
  SoftmaxSums sums[pass_rows];
  float log_sums[pass_rows] = {};
  for (std::int64_t p = 0; p < count; ++p) {
    sums[p] = exponentials(row(p));
    log_sums[p] = sums[p].sum;
  }
  for (float& sum : log_sums) sum = math::log(sum);
  for (std::int64_t p = 0; p < count; ++p) {
    const std::int64_t i = of.hidden->rows[as_index(start + p)];
    const std::int32_t cell = of.task->cells.row(i)[of.column];
    const std::int64_t hides = of.hidden->hidden[as_index(i)];
    of.losses[start + p] = finish_row(row(p), cell, of.bell->targets(head, cell), sums[p],
                                      log_sums[p], cell_weight(of.task->logits.rows, hides));
  }
}

void column_loss(const ColumnLoss& of) {
  const HiddenColumn& rows = of.hidden->columns[as_index(of.column)];
  for (std::int64_t p = 0; p < rows.count; p += pass_rows) {
    some_losses(of, p, std::min(pass_rows, rows.count - p));
  }
  const std::int64_t stride = whole_lanes(of.task->heads.data[of.column].size);
  std::fill(of.gradient + rows.count * stride, of.gradient + rows.padded * stride, 0.0F);
}

// Column by column, as cell_loss adds them.
double mean_loss(const HiddenRows& hidden, const std::vector<float>& losses) {
  const std::size_t columns = hidden.columns.size();
  double total = 0.0;
  for (std::size_t i = 0; i < hidden.hidden.size(); ++i) {
    double loss = 0.0;
    for (std::size_t c = 0; c < columns; ++c) {
      const std::int32_t place = hidden.places[i * columns + c];
      if (place >= 0) loss += static_cast<double>(losses[static_cast<std::size_t>(place)]);
    }
    if (hidden.hidden[i] > 0) total += loss / hidden.hidden[i];
  }
  return total / static_cast<double>(hidden.hidden.size());
}

/// The products of a column, for its number of rows.
struct ColumnProducts {
  Matmul *forward, *weights, *input;
};

ColumnProducts products_of(MatmulCache& cache, const CellHeadTask& task, std::int64_t rows,
                           std::int64_t size) {
  if (rows == 0) return {};
  const std::int64_t width = task.x.cols;
  MatmulShape forward;
  forward.m = rows, forward.n = size, forward.k = width;
  forward.a_stride = width, forward.b_stride = task.w.stride, forward.c_stride = whole_lanes(size);
  forward.bias = !task.bias.empty();
  MatmulShape weights;
  weights.m = width, weights.n = size, weights.k = rows;
  weights.a_stride = width, weights.b_stride = whole_lanes(size), weights.c_stride = task.dw.stride;
  weights.a_transposed = true;
  MatmulShape input;
  input.m = rows, input.n = width, input.k = size;
  input.a_stride = whole_lanes(size), input.b_stride = task.w.stride, input.c_stride = width;
  input.b_transposed = true;
  return {&cache.get(forward), &cache.get(weights), &cache.get(input)};
}

// A column that no row hides.
void clear_column(const CellHeadTask& task, std::int64_t column) {
  const math::CellHead head = task.loss.heads.data[column];
  clear({task.dw.data + head.first, task.x.cols, head.size, task.dw.stride});
  std::fill_n(task.dbias.data + head.first, head.size, 0.0F);
}

/// Where a column's hidden rows, logits and gradients are while it is worked on.
struct ColumnMemory {
  ColumnMemory(float* memory, std::int64_t rows, std::int64_t width, std::int64_t stride)
      : x(memory), logits(x + rows * width), gradient(logits + rows * stride) {}

  float *x, *logits, *gradient;
};

void gather_rows(const HiddenRows& hidden, std::int64_t column, MatrixView<const float> x,
                 float* to) {
  const HiddenColumn& rows = hidden.columns[as_index(column)];
  for (std::int64_t p = 0; p < rows.count; ++p) {
    std::copy_n(x.row(hidden.rows[as_index(rows.first + p)]), x.cols, to + p * x.cols);
  }
  std::fill(to + rows.count * x.cols, to + rows.padded * x.cols, 0.0F);
}

// From a column's gathered rows to its gradients; dx of these rows goes to `part`.
void multiply_column(const CellHeadTask& task, const ColumnLoss& loss,
                     const ColumnProducts& product, const ColumnMemory& memory, float* part,
                     int member) {
  const math::CellHead head = task.loss.heads.data[loss.column];
  const float* const w = task.w.as<float>().data + head.first;
  const float* const bias = task.bias.empty() ? nullptr : task.bias.data + head.first;
  product.forward->execute(member, memory.x, w, bias, memory.logits);
  VGAN_WIDEST(column_loss)(loss);
  product.weights->execute(member, memory.x, memory.gradient, nullptr, task.dw.data + head.first);
  const std::int64_t rows = loss.hidden->columns[as_index(loss.column)].count;
  add_columns({memory.gradient, ElementType::f32, rows, head.size, whole_lanes(head.size)}, false,
              {task.dbias.data + head.first, head.size});
  product.input->execute(member, memory.gradient, w, nullptr, part);
}

// What a row's columns say of its input, added in their order.
void add_input_gradients(const HiddenRows& hidden, const float* parts, MatrixView<float> dx,
                         std::int64_t row) {
  const auto columns = static_cast<std::int64_t>(hidden.columns.size());
  const std::int32_t* const places = hidden.places.data() + row * columns;
  std::fill_n(dx.row(row), dx.cols, 0.0F);
  SeenRows seen;
  for (std::int64_t c = 0; c < columns; ++c) {
    if (places[c] >= 0) seen.rows[seen.count++] = parts + places[c] * dx.cols;
    if (seen.count < most_seen && c + 1 < columns) continue;
    VGAN_WIDEST(add_rows)(&seen, dx.cols, dx.row(row));
    seen.count = 0;
  }
}

}  // namespace

float* Dense::Implementation::head_memory(int member, std::int64_t floats) {
  std::vector<float>& own = heads[static_cast<std::size_t>(member)];
  if (own.size() < static_cast<std::size_t>(floats)) own.resize(static_cast<std::size_t>(floats));
  return own.data();
}

void Dense::cell_head(const CellHeadTask& task) {
  Implementation& own = *implementation_;
  const HiddenRows hidden(task.loss);
  const CellBell bell(task.loss);
  const std::int64_t width = task.x.cols;
  const std::int64_t columns = task.loss.heads.size;
  std::vector<ColumnProducts> products;
  for (std::int64_t c = 0; c < columns; ++c) {
    products.push_back(products_of(own.products, task, hidden.columns[as_index(c)].padded,
                                   task.loss.heads.data[c].size));
  }
  std::vector<float> losses(hidden.rows.size());
  own.head_parts.resize(std::max(own.head_parts.size(), hidden.rows.size() * as_index(width)));
  own.team.for_each(columns, [&](std::int64_t c, int member) {
    const HiddenColumn& rows = hidden.columns[as_index(c)];
    if (rows.count == 0) return clear_column(task, c);
    const std::int64_t stride = whole_lanes(task.loss.heads.data[c].size);
    const ColumnMemory memory(own.head_memory(member, rows.padded * (width + 2 * stride)),
                              rows.padded, width, stride);
    gather_rows(hidden, c, task.x.as<float>(), memory.x);
    const ColumnLoss loss{&task.loss,    &bell,           &hidden,      c,
                          memory.logits, memory.gradient, losses.data()};
    multiply_column(task, loss, products[as_index(c)], memory,
                    own.head_parts.data() + rows.first * width, member);
  });
  *task.loss.loss = static_cast<float>(mean_loss(hidden, losses));
  for_each_row(own.team, task.dx.rows, width * (columns + 1), [&](std::int64_t i) {
    add_input_gradients(hidden, own.head_parts.data(), task.dx.as<float>(), i);
  });
}

}  // namespace vgan::cpu
