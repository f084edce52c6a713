// What the seam asks of the operations of stabilisers, conditions and autoencoders
// (kernels/ops/model_tasks.hpp) before any work.
#pragma once

#include "engine/base/check.hpp"
#include "engine/base/number_text.hpp"
#include "engine/device/backend.hpp"

namespace vgan {

inline void require_f32(const char* operation, const char* name, ConstMatrixRef matrix) {
  require(matrix.type == ElementType::f32, operation, std::string(name) + " of another type",
          "f32");
}

/// A mean is taken over the rows.
inline void require_rows(const char* operation, std::int64_t rows) {
  require(rows > 0, operation, "no rows", "one or more");
}

/// [rows, cols] of f32 or bf16.
inline void require_floats(const char* operation, const char* name, ConstMatrixRef matrix,
                           std::int64_t rows, std::int64_t cols) {
  require_float(operation, name, matrix.type);
  require_shape(operation, name, matrix, rows, cols);
}

inline void require_size(const char* operation, const char* name, std::int64_t found,
                         std::int64_t wanted) {
  require(found == wanted, operation, std::string(name) + " of " + std::to_string(found),
          std::to_string(wanted));
}

inline void check_spectral_norm(const SpectralTask& task) {
  const char* name = "spectral_norm";
  require_rows(name, task.w.rows * task.w.cols);
  require_shape(name, "w", task.w, task.w.rows, task.w.cols);
  require_size(name, "u", task.u.size, task.w.cols);
  require_size(name, "v", task.v.size, task.w.rows);
  require_shape(name, "normalised", task.normalised, task.w.rows, task.w.cols);
  require(task.sigma != nullptr, name, "no place for sigma", "one");
}

inline void check_spectral_gradient(const SpectralGradientTask& task) {
  const char* name = "spectral_gradient";
  require_rows(name, task.g.rows * task.g.cols);
  require_shape(name, "g", task.g, task.g.rows, task.g.cols);
  require_size(name, "u", task.u.size, task.g.cols);
  require_size(name, "v", task.v.size, task.g.rows);
  require_shape(name, "normalised", task.normalised, task.g.rows, task.g.cols);
  require(task.sigma != nullptr, name, "no sigma", "one");
}

inline void require_groups(const char* operation, ConstMatrixRef x, std::int64_t group) {
  require_rows(operation, x.size());
  require(group > 0 && x.rows % group == 0, operation,
          std::to_string(x.rows) + " rows in groups of " + std::to_string(group),
          "a whole number of groups");
}

inline void check_minibatch_stddev(const MinibatchStddevTask& task) {
  const char* name = "minibatch_stddev";
  require_groups(name, task.x, task.group);
  require_floats(name, "x", task.x, task.x.rows, task.x.cols);
  require_shape(name, "statistic", task.statistic, task.x.rows, 1);
  require(task.statistic.type == task.x.type, name, "x and statistic of two types", "one type");
}

inline void check_minibatch_stddev_backward(const MinibatchStddevBackwardTask& task) {
  const char* name = "minibatch_stddev_backward";
  require_groups(name, task.x, task.group);
  require_floats(name, "x", task.x, task.x.rows, task.x.cols);
  require_floats(name, "dstatistic", task.dstatistic, task.x.rows, 1);
  require_floats(name, "delta", task.delta, task.x.rows, task.x.cols);
}

inline void check_augment(const AugmentTask& task, const RandomStream& stream) {
  const char* name = "augment";
  const std::int64_t size = task.height * task.width * task.channels;
  require(task.height > 0 && task.width > 0 && task.channels > 0 && size <= INT32_MAX, name,
          std::to_string(size) + " numbers of an image", "1 to 2^31 - 1");
  require_floats(name, "in", task.in, task.in.rows, size);
  require_floats(name, "out", task.out, task.in.rows, size);
  require(task.in.data != task.out.data || task.in.rows == 0, name, "in and out in one place",
          "two matrices");
  require(stream.first % 8 == 0, name, "random number " + std::to_string(stream.first),
          "a multiple of 8: each row takes eight");
}

inline void check_normal_mixture(const RandomStream& stream, const math::LatentMixture& mixture,
                                 ConstMatrixRef out) {
  const char* name = "normal_mixture";
  require_floats(name, "out", out, out.rows, out.cols);
  require(mixture.components >= 1 && mixture.components <= INT32_MAX, name,
          std::to_string(mixture.components) + " components", "1 to 2^31 - 1");
  require(mixture.deviation > 0.0F && mixture.deviation <= 1.0F, name,
          "a deviation of " + general_text(static_cast<double>(mixture.deviation)), "above 0 to 1");
  require(out.size() == 0 || stream.first % static_cast<std::uint64_t>(out.cols) == 0, name,
          "random number " + std::to_string(stream.first), "the first of a row");
}

inline void check_row_dots(ConstMatrixRef a, ConstMatrixRef b, MatrixView<float> y) {
  const char* name = "add_row_dots";
  require_floats(name, "a", a, y.rows, a.cols);
  require_shape(name, "b", b, y.rows, a.cols);
  require(b.type == a.type, name, "a and b of two types", "one type");
  require_shape(name, "y", y, y.rows, 1);
}

inline void check_scale_rows(const ScaleRowsTask& task) {
  const char* name = "scale_rows";
  const std::int64_t rows = task.out.rows;
  const std::int64_t cols = task.out.cols;
  require_floats(name, "out", task.out, rows, cols);
  require_floats(name, "a", task.a, rows, cols);
  require_floats(name, "s", task.s, rows, 1);
  if (!task.at.empty()) require_floats(name, "at", task.at, rows, cols);
}

inline void check_reparameterise(const ReparameteriseTask& task) {
  const char* name = "reparameterise";
  const std::int64_t rows = task.z.rows;
  const std::int64_t latent = task.z.cols;
  require_floats(name, "z", task.z, rows, latent);
  require_floats(name, "statistics", task.statistics, rows, 2 * latent);
  require_floats(name, "noise", task.noise, rows, latent);
  require_f32(name, "noise", task.noise);
}

inline void check_latent_loss(const LatentLossTask& task) {
  const char* name = "latent_loss";
  const std::int64_t rows = task.dz.rows;
  const std::int64_t latent = task.dz.cols;
  require_rows(name, rows);
  require_floats(name, "dz", task.dz, rows, latent);
  require_floats(name, "statistics", task.statistics, rows, 2 * latent);
  require_floats(name, "noise", task.noise, rows, latent);
  require_f32(name, "noise", task.noise);
  require_floats(name, "dstatistics", task.dstatistics, rows, 2 * latent);
}

inline void check_reconstruction(const ReconstructionTask& task) {
  const char* name = "reconstruction_loss";
  require_rows(name, task.y.size());
  require_f32(name, "y", task.y);
  require_floats(name, "x", task.x, task.y.rows, task.y.cols);
  require_shape(name, "gradient", task.gradient, task.y.rows, task.y.cols);
  require(task.gradient.type == task.x.type, name, "x and gradient of two types", "one type");
  require(task.loss != nullptr, name, "no place for the loss", "one");
}

}  // namespace vgan
