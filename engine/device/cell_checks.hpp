// What the seam asks of the operations of a network of residual blocks that predicts cells, before
// any work: as operation_checks.hpp, which includes it.
#pragma once

#include <string>

#include "engine/base/check.hpp"
#include "engine/base/number_text.hpp"
#include "kernels/ops/operations.hpp"

namespace vgan {

// Words are made only where something is amiss: a step asks some hundred times.
template <class T>
void require_view(const char* operation, const char* name, const MatrixView<T>& matrix,
                  std::int64_t rows, std::int64_t cols) {
  const bool fits = matrix.rows == rows && matrix.cols == cols && matrix.stride >= cols;
  if (fits && (matrix.data != nullptr || rows * cols == 0)) return;
  require(fits, operation, std::string(name) + " " + shape_text(matrix.rows, matrix.cols),
          shape_text(rows, cols));
  require(false, operation, std::string("no ") + name, "some");
}

template <class T>
void require_vector(const char* operation, const char* name, const VectorView<T>& vector,
                    std::int64_t size) {
  if (vector.size == size && (vector.data != nullptr || size == 0)) return;
  require(false, operation, std::string(name) + " of " + std::to_string(vector.size),
          std::to_string(size));
}

inline bool has_work(const LayerNormTask& task) {
  const char* name = task.name;
  require(task.x.cols > 0, name, "no columns", "one or more");
  require_view(name, "x", task.x, task.x.rows, task.x.cols);
  require_view(name, "y", task.y, task.x.rows, task.x.cols);
  require_vector(name, "gamma", task.gamma, task.x.cols);
  require_vector(name, "beta", task.beta, task.x.cols);
  if (task.statistics.data != nullptr) {
    require_view(name, "statistics", task.statistics, task.x.rows, 2);
  }
  return task.x.rows > 0;
}

inline bool has_work(const LayerNormBackwardTask& task) {
  const char* name = task.name;
  const std::int64_t rows = task.x.rows;
  const std::int64_t cols = task.x.cols;
  require(rows > 0 && cols > 0, name, "x " + shape_text(rows, cols), "one number or more");
  require_view(name, "x", task.x, rows, cols);
  require_view(name, "dy", task.dy, rows, cols);
  require_view(name, "dx", task.dx, rows, cols);
  require_view(name, "statistics", task.statistics, rows, 2);
  if (task.residual.data != nullptr) require_view(name, "residual", task.residual, rows, cols);
  require_vector(name, "gamma", task.gamma, cols);
  require(task.dgamma.size == task.dbeta.size, name, "dgamma and dbeta of two sizes", "both");
  if (!task.dgamma.empty()) require_vector(name, "dgamma", task.dgamma, cols);
  return true;
}

inline bool has_work(const SiluTask& task) {
  require_view(task.name, "x", task.x, task.x.rows, task.x.cols);
  require_view(task.name, "y", task.y, task.x.rows, task.x.cols);
  require(task.rate >= 0.0F && task.rate < 1.0F, task.name,
          "a rate of " + general_text(static_cast<double>(task.rate)), "0 to below 1");
  return task.x.rows * task.x.cols > 0;
}

inline bool has_work(const MultiplyTask& task) {
  require_view(task.name, "factor", task.factor, task.out.rows, task.out.cols);
  require_view(task.name, "out", task.out, task.out.rows, task.out.cols);
  return task.out.rows * task.out.cols > 0;
}

inline bool has_work(const AddTask& task) {
  require_view(task.name, "in", task.in, task.out.rows, task.out.cols);
  require_view(task.name, "out", task.out, task.out.rows, task.out.cols);
  return task.out.rows * task.out.cols > 0;
}

inline bool has_work(const GradientNormTask& task) {
  require_vector(task.name, "gradients", task.gradients, task.gradients.size);
  require(task.most > 0.0F, task.name,
          "a greatest norm of " + general_text(static_cast<double>(task.most)), "above 0");
  require(task.scale != nullptr, task.name, "no place for the scale", "one");
  return true;
}

inline bool has_work(const FirstNonfiniteTask& task) {
  require_vector(task.name, "values", task.values, task.values.size);
  require(task.values.size <= INT32_MAX, task.name, std::to_string(task.values.size) + " numbers",
          "up to 2^31 - 1");
  require(task.first != nullptr, task.name, "no place for the first", "one");
  return true;
}

inline bool has_work(const CellBatchTask& task) {
  const char* name = task.name;
  const std::int64_t columns = task.rows.cols;
  require(task.rows.rows > 0 && columns > 0 && columns < INT32_MAX, name,
          "rows " + shape_text(task.rows.rows, columns), "one cell or more");
  require_view(name, "rows", task.rows, task.rows.rows, columns);
  require_vector(name, "order", task.order, columns);
  require_view(name, "cells", task.cells, task.cells.rows, columns);
  require_view(name, "observed", task.observed, task.cells.rows, columns);
  const math::MaskShares& shares = task.shares;
  require(shares.prefixes >= 0 && shares.outcomes >= 0 && shares.outcomes <= task.cells.rows &&
              shares.unknown >= 1 && shares.unknown <= columns,
          name, "shares that are none of the batch", "shares of it");
  return task.cells.rows > 0;
}

inline bool has_work(const CellFeaturesTask& task) {
  const char* name = task.name;
  const std::int64_t columns = task.columns.size;
  require_view(name, "cells", task.cells, task.x.rows, columns);
  require_view(name, "observed", task.observed, task.x.rows, columns);
  require_view(name, "x", task.x, task.x.rows, task.x.cols);
  require(task.tables != nullptr, name, "no tables", "one for each column");
  return task.x.rows * task.x.cols > 0;
}

inline bool has_work(const EmbedCellsTask& task) {
  const char* name = task.name;
  const std::int64_t columns = task.first_rows.size;
  require_view(name, "cells", task.cells, task.out.rows, columns);
  require_view(name, "observed", task.observed, task.out.rows, columns);
  require_view(name, "tables", task.tables, task.tables.rows, task.out.cols);
  require_vector(name, "bias", task.bias, task.out.cols);
  require_view(name, "out", task.out, task.out.rows, task.out.cols);
  return task.out.rows * task.out.cols > 0;
}

inline bool has_work(const CellLossTask& task) {
  const char* name = task.name;
  const std::int64_t columns = task.heads.size;
  const std::int64_t rows = task.logits.rows;
  require(rows > 0 && columns > 0, name, shape_text(rows, columns) + " cells", "one or more");
  require_view(name, "logits", task.logits, rows, task.logits.cols);
  require_view(name, "gradient", task.gradient, rows, task.logits.cols);
  require_view(name, "cells", task.cells, rows, columns);
  require_view(name, "observed", task.observed, rows, columns);
  require(task.loss != nullptr, name, "no place for the loss", "one");
  return true;
}

inline bool has_work(const CellSharesTask& task) {
  const char* name = task.name;
  require_view(name, "logits", task.logits, task.logits.rows, task.logits.cols);
  require_view(name, "shares", task.shares, task.logits.rows, task.logits.cols);
  require(
      task.inverse_temperature > 0.0F, name,
      "an inverse temperature of " + general_text(static_cast<double>(task.inverse_temperature)),
      "above 0");
  return task.logits.rows * task.logits.cols > 0;
}

inline bool has_work(const DrawCellTask& task) {
  const char* name = task.name;
  const std::int64_t rows = task.share_rows.empty() ? task.shares.rows : task.share_rows.size;
  require(task.shares.cols > 0, name, "no cells", "one or more");
  require_view(name, "shares", task.shares, task.shares.rows, task.shares.cols);
  require_view(name, "cell", task.cell, rows, 1);
  require_view(name, "observed", task.observed, rows, 1);
  if (task.allowed.data != nullptr) {
    require_view(name, "allowed", task.allowed, task.allowed.rows == 1 ? 1 : rows,
                 task.shares.cols);
  }
  return rows > 0;
}

}  // namespace vgan
