// What the seam asks of each operation of kernels/ops/operations.hpp before any work: `has_work`
// throws Error (internal) on a mismatch of shapes or types, and says whether there is anything to
// do.
#pragma once

#include "engine/base/check.hpp"
#include "engine/base/number_text.hpp"
#include "engine/device/cell_checks.hpp"

#include "engine/device/conv_checks.hpp"
#include "engine/device/dense_checks.hpp"
#include "engine/device/image_checks.hpp"
#include "engine/device/pair_checks.hpp"

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

// ---- Losses and updates --------------------------------------------------------------------

inline bool has_work(const GanLossTask& task) {
  require_shape(task.name, "logits", task.logits, task.logits.rows, 1);
  require_shape(task.name, "gradient", task.gradient, task.logits.rows, 1);
  require(task.term.loss != nullptr, task.name, "no place for the loss", "one");
  return true;
}

inline bool has_work(const GradientPenaltyTask& task) {
  require(task.value != nullptr, task.name, "no place for the value", "one");
  return true;
}

inline bool has_work(const AdamTask& task) {
  check_adam(task.arena);
  require(task.network != nullptr, task.name, "no network named", "one");
  return true;
}

inline bool has_work(const AdvanceTask& task) {
  require(task.state != nullptr, task.name, "no state", "one");
  return true;
}

inline bool has_work(const ActivationBackwardTask& task) {
  require_shape(task.name, "dy", task.dy, task.y.rows, task.y.cols);
  return task.dy.size() > 0;
}

// ---- Batches, random numbers, copies -------------------------------------------------------

inline bool has_work(const GatherTask& task) {
  const ConstMatrixRef trials = task.trials;
  require_float(task.name, "out", task.out.type);
  require(trials.type != ElementType::bf16, task.name, "trials of bf16", "u8 or f32");
  require(trials.rows > 0 && trials.cols == task.out.cols, task.name,
          "trials " + shape_text(trials.rows, trials.cols),
          "at least one row of " + std::to_string(task.out.cols));
  return task.out.size() > 0;
}

inline bool has_work(const NormalTask& task) {
  require_float(task.name, "out", task.out.type);
  return task.out.size() > 0;
}

inline bool has_work(const NormalMixtureTask& task) {
  const char* name = task.name;
  require_floats(name, "out", task.out, task.out.rows, task.out.cols);
  require(task.mixture.components >= 1 && task.mixture.components <= INT32_MAX, name,
          std::to_string(task.mixture.components) + " components", "1 to 2^31 - 1");
  require(task.mixture.deviation > 0.0F && task.mixture.deviation <= 1.0F, name,
          "a deviation of " + general_text(static_cast<double>(task.mixture.deviation)),
          "above 0 to 1");
  require(
      task.out.size() == 0 || task.stream.first % static_cast<std::uint64_t>(task.out.cols) == 0,
      name, "random number " + std::to_string(task.stream.first), "the first of a row");
  return task.out.size() > 0;
}

inline bool has_work(const AddNormalTask& task) {
  require_shape(task.name, "out", task.out, task.in.rows, task.in.cols);
  require(task.in.type == task.out.type, task.name, "in and out of two types", "one type");
  require(task.sigma != nullptr, task.name, "no sigma", "one");
  return task.out.size() > 0;
}

inline bool has_work(const InterpolateTask& task) {
  require_float(task.name, "real", task.real.type);
  require_float(task.name, "out", task.out.type);
  require(task.fake.type == task.real.type, task.name, "real and fake of two types", "one type");
  require_shape(task.name, "fake", task.fake, task.real.rows, task.real.cols);
  require_shape(task.name, "out", task.out, task.real.rows, task.real.cols);
  return task.out.size() > 0;
}

inline bool has_work(const UniformTask& task) { return task.out.rows * task.out.cols > 0; }

inline bool has_work(const ConvertTask& task) {
  require_float(task.name, "in", task.in.type);
  require_float(task.name, "out", task.out.type);
  require_shape(task.name, "out", task.out, task.in.rows, task.in.cols);
  return task.out.size() > 0;
}

inline bool has_work(const FillTask& task) {
  require_float(task.name, "out", task.out.type);
  return task.out.size() > 0;
}

inline bool has_work(const MapTrialsTask& task) {
  require(task.trials.type != ElementType::bf16, task.name, "trials of bf16", "f32 or u8");
  require_shape(task.name, "trials", task.trials, task.y.rows, task.y.cols);
  return task.trials.size() > 0;
}

// ---- Stabilisers, conditions and autoencoders ----------------------------------------------

inline bool has_work(const SpectralTask& task) {
  const char* name = task.name;
  require_rows(name, task.w.rows * task.w.cols);
  require_shape(name, "w", task.w, task.w.rows, task.w.cols);
  require_size(name, "u", task.u.size, task.w.cols);
  require_size(name, "v", task.v.size, task.w.rows);
  require_shape(name, "normalised", task.normalised, task.w.rows, task.w.cols);
  require(task.sigma != nullptr, name, "no place for sigma", "one");
  return true;
}

inline bool has_work(const SpectralGradientTask& task) {
  const char* name = task.name;
  require_rows(name, task.g.rows * task.g.cols);
  require_shape(name, "g", task.g, task.g.rows, task.g.cols);
  require_size(name, "u", task.u.size, task.g.cols);
  require_size(name, "v", task.v.size, task.g.rows);
  require_shape(name, "normalised", task.normalised, task.g.rows, task.g.cols);
  require(task.sigma != nullptr, name, "no sigma", "one");
  return true;
}

inline void require_groups(const char* operation, ConstMatrixRef x, std::int64_t group) {
  require_rows(operation, x.size());
  require(group > 0 && x.rows % group == 0, operation,
          std::to_string(x.rows) + " rows in groups of " + std::to_string(group),
          "a whole number of groups");
}

inline bool has_work(const MinibatchStddevTask& task) {
  const char* name = task.name;
  require_groups(name, task.x, task.group);
  require_floats(name, "x", task.x, task.x.rows, task.x.cols);
  require_shape(name, "statistic", task.statistic, task.x.rows, 1);
  require(task.statistic.type == task.x.type, name, "x and statistic of two types", "one type");
  return true;
}

inline bool has_work(const MinibatchStddevBackwardTask& task) {
  const char* name = task.name;
  require_groups(name, task.x, task.group);
  require_floats(name, "x", task.x, task.x.rows, task.x.cols);
  require_floats(name, "dstatistic", task.dstatistic, task.x.rows, 1);
  require_floats(name, "delta", task.delta, task.x.rows, task.x.cols);
  return true;
}

inline bool has_work(const AugmentTask& task) {
  const char* name = task.name;
  const std::int64_t size = task.height * task.width * task.channels;
  require(task.height > 0 && task.width > 0 && task.channels > 0 && size <= INT32_MAX, name,
          std::to_string(size) + " numbers of an image", "1 to 2^31 - 1");
  require_floats(name, "in", task.in, task.in.rows, size);
  require_floats(name, "out", task.out, task.in.rows, size);
  require(task.in.data != task.out.data || task.in.rows == 0, name, "in and out in one place",
          "two matrices");
  require(task.stream.first % 8 == 0, name, "random number " + std::to_string(task.stream.first),
          "a multiple of 8: each row takes eight");
  return task.in.rows > 0;
}

inline bool has_work(const RowDotsTask& task) {
  const char* name = task.name;
  require_floats(name, "a", task.a, task.y.rows, task.a.cols);
  require_shape(name, "b", task.b, task.y.rows, task.a.cols);
  require(task.b.type == task.a.type, name, "a and b of two types", "one type");
  require_shape(name, "y", task.y, task.y.rows, 1);
  return task.a.size() > 0;
}

inline bool has_work(const ScaleRowsTask& task) {
  const char* name = task.name;
  const std::int64_t rows = task.out.rows;
  const std::int64_t cols = task.out.cols;
  require_floats(name, "out", task.out, rows, cols);
  require_floats(name, "a", task.a, rows, cols);
  require_floats(name, "s", task.s, rows, 1);
  if (!task.at.empty()) require_floats(name, "at", task.at, rows, cols);
  return task.out.size() > 0;
}

inline bool has_work(const ReparameteriseTask& task) {
  const char* name = task.name;
  const std::int64_t rows = task.z.rows;
  const std::int64_t latent = task.z.cols;
  require_floats(name, "z", task.z, rows, latent);
  require_floats(name, "statistics", task.statistics, rows, 2 * latent);
  require_floats(name, "noise", task.noise, rows, latent);
  require_f32(name, "noise", task.noise);
  return task.z.size() > 0;
}

inline bool has_work(const LatentLossTask& task) {
  const char* name = task.name;
  const std::int64_t rows = task.dz.rows;
  const std::int64_t latent = task.dz.cols;
  require_rows(name, rows);
  require_floats(name, "dz", task.dz, rows, latent);
  require_floats(name, "statistics", task.statistics, rows, 2 * latent);
  require_floats(name, "noise", task.noise, rows, latent);
  require_f32(name, "noise", task.noise);
  require_floats(name, "dstatistics", task.dstatistics, rows, 2 * latent);
  return true;
}

/// What the losses of a decoder's outputs `y` have in common.
template <class Task>
void require_decoder_loss(const Task& task) {
  const char* name = task.name;
  require_rows(name, task.y.size());
  require_f32(name, "y", task.y);
  require_floats(name, "x", task.x, task.y.rows, task.y.cols);
  require_shape(name, "gradient", task.gradient, task.y.rows, task.y.cols);
  require(task.gradient.type == task.x.type, name, "x and gradient of two types", "one type");
  require(task.loss != nullptr, name, "no place for the loss", "one");
}

inline bool has_work(const ReconstructionTask& task) {
  require_decoder_loss(task);
  return true;
}

// ---- Heads ---------------------------------------------------------------------------------

inline void require_heads(const char* name, VectorView<const math::Head> heads, float temperature) {
  require(heads.size > 0, name, "no heads", "some for all columns");
  require(temperature > 0.0F, name, "a temperature of " + general_text(temperature), "above 0");
}

inline bool has_work(const HeadsTask& task) {
  const ConstMatrixRef logits = task.logits;
  require_float(task.name, "logits", logits.type);
  require_floats(task.name, "out", task.out, logits.rows, logits.cols);
  require_heads(task.name, task.heads, task.temperature);
  if (task.soft.data != nullptr) {
    require_size(task.name, "rows of soft values", task.soft.rows, logits.rows);
    require_size(task.name, "columns of soft values", task.soft.cols, logits.cols);
  }
  return logits.size() > 0;
}

inline bool has_work(const HeadsBackwardTask& task) {
  require_heads(task.name, task.heads, task.temperature);
  require_floats(task.name, "gradient", task.gradient, task.soft.rows, task.soft.cols);
  return task.gradient.size() > 0;
}

inline bool has_work(const HeadsLossTask& task) {
  require_decoder_loss(task);
  require_heads(task.name, task.heads, 1.0F);
  require(task.variance != nullptr, task.name, "no variances", "one for each column");
  return true;
}

}  // namespace vgan
