// What the seam asks of products of dense layers before any work.
#pragma once

#include "engine/base/check.hpp"
#include "engine/device/backend.hpp"

namespace vgan {

inline void check_product(const char* name, ConstMatrixRef x, ConstMatrixRef w, MatrixRef y) {
  require_float(name, "x", x.type);
  require_float(name, "y", y.type);
  require(x.type == w.type, name, "x and w of two types", "one type");
  require_shape(name, "w", w, x.cols, y.cols);
  require_shape(name, "y", y, x.rows, w.cols);
}

/// `at` is read where the activation has a derivative that depends on it.
inline void check_at(const char* name, ConstMatrixRef at, MatrixRef y, Activation activation) {
  if (activation == Activation::identity) return;
  require_shape(name, "at", at, y.rows, y.cols);
  require_float(name, "at", at.type);
}

inline void check_dense_forward(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                                MatrixRef y) {
  check_product("dense_forward", x, w, y);
  require(bias.empty() || bias.size == w.cols, "dense_forward",
          "a bias of " + std::to_string(bias.size), std::to_string(w.cols));
}

inline void check_dense_trials(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                               MatrixRef trials) {
  const char* name = "dense_trials";
  require_float(name, "x", x.type);
  require(x.type == w.type, name, "x and w of two types", "one type");
  require(trials.type != ElementType::bf16, name, "trials of bf16", "f32 or u8");
  require_shape(name, "w", w, x.cols, trials.cols);
  require_shape(name, "trials", trials, x.rows, w.cols);
  require(bias.empty() || bias.size == w.cols, name, "a bias of " + std::to_string(bias.size),
          std::to_string(w.cols));
}

inline void check_dense_tangent(ConstMatrixRef x, ConstMatrixRef w, ConstMatrixRef at, MatrixRef y,
                                Activation activation) {
  check_product("dense_tangent", x, w, y);
  check_at("dense_tangent", at, y, activation);
}

inline void check_dense_backward_input(ConstMatrixRef dy, ConstMatrixRef w, ConstMatrixRef at,
                                       MatrixRef dx, Activation activation) {
  const char* name = "dense_backward_input";
  require_float(name, "dy", dy.type);
  require_float(name, "dx", dx.type);
  require(dy.type == w.type, name, "dy and w of two types", "one type");
  require_shape(name, "w", w, dx.cols, dy.cols);
  require_shape(name, "dx", dx, dy.rows, w.rows);
  check_at(name, at, dx, activation);
}

inline void check_dense_backward_weights(ConstMatrixRef x, ConstMatrixRef dy, MatrixView<float> dw,
                                         VectorView<float> dbias) {
  const char* name = "dense_backward_weights";
  require_float(name, "x", x.type);
  require(dy.type == x.type, name, "x and dy of two types", "one type");
  require_shape(name, "dw", dw, x.cols, dy.cols);
  require(x.rows == dy.rows, name, "x of " + std::to_string(x.rows) + " rows",
          std::to_string(dy.rows));
  require(dbias.empty() || dbias.size == dy.cols, name, "a dbias of " + std::to_string(dbias.size),
          std::to_string(dy.cols));
}

inline void check_adam(const AdamArena& arena) {
  const auto same = [&](std::int64_t size) { return size == arena.weights.size; };
  require(same(arena.gradients.size) && same(arena.m.size) && same(arena.v.size) &&
              (arena.average.empty() || same(arena.average.size)) &&
              (arena.shadow.empty() || arena.packed_shadow || same(arena.shadow.size)),
          "adam", "vectors of several lengths", "one length");
}

inline void check_adam(const AdamArena& arena, const AdamOptions& options) {
  check_adam(arena);
  require(options.network != nullptr, "adam", "no network named", "one");
}

inline void check_update(const char* name, const DenseUpdateTask& task) {
  require(task.x.type == task.dy.type, name, "x and dy of two types", "one type");
  require(task.x.rows == task.dy.rows, name, "x of " + std::to_string(task.x.rows) + " rows",
          std::to_string(task.dy.rows));
  require(task.weights.weights.size == task.x.cols * task.dy.cols, name,
          std::to_string(task.weights.weights.size) + " weights",
          shape_text(task.x.cols, task.dy.cols));
  require(task.bias.weights.size == task.dy.cols, name,
          "a bias of " + std::to_string(task.bias.weights.size), std::to_string(task.dy.cols));
}

inline void check_dense_backward(const InputGradientTask& dx,
                                 std::span<const DenseUpdateTask> updates,
                                 const FusedOptions& options) {
  if (!dx.empty()) {
    check_dense_backward_input(dx.dy, dx.w, dx.at, dx.dx, dx.activation);
  }
  require(updates.size() <= 2, "dense_backward", std::to_string(updates.size()) + " updates",
          "up to 2");
  for (const DenseUpdateTask& task : updates) {
    check_update("dense_backward", task);
    check_adam(task.weights, options.adam);
    check_adam(task.bias, options.adam);
  }
}

inline void check_logit_loss(const LogitLossTask& task, const FusedOptions& options) {
  const char* name = "logit_loss";
  const std::int64_t rows = task.x.rows;
  require_float(name, "x", task.x.type);
  require(task.w.type == task.x.type && task.gradient.type == task.x.type, name,
          "x, w and gradient of several types", "one type");
  require_shape(name, "w", task.w, task.x.cols, 1);
  require(task.bias.size == 1, name, "a bias of " + std::to_string(task.bias.size), "1");
  require_shape(name, "logits", task.logits, rows, 1);
  require_shape(name, "gradient", task.gradient, rows, 1);
  if (!task.dx.empty()) require_shape(name, "dx", task.dx, rows, task.x.cols);
  require(task.sides[0].rows > 0 && task.sides[0].rows + task.sides[1].rows == rows, name,
          std::to_string(task.sides[0].rows) + " + " + std::to_string(task.sides[1].rows) +
              " labelled rows",
          std::to_string(rows));
  for (const LogitLossSide& side : task.sides) {
    require(side.rows == 0 || side.term.loss != nullptr, name, "no place for the loss", "one");
  }
  if (task.weight_step.weights.empty()) return;
  check_adam(task.weight_step, options.adam);
  check_adam(task.bias_step, options.adam);
  require(task.weight_step.weights.size == task.x.cols && task.bias_step.weights.size == 1, name,
          "a step of " + std::to_string(task.weight_step.weights.size) + " weights",
          std::to_string(task.x.cols));
}

}  // namespace vgan
