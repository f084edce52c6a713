// What both sides of the seam ask of the operations of stabilisers, conditions and autoencoders
// (kernels/model_tasks.hpp) before any work.
#pragma once

#include "engine/backend.hpp"
#include "engine/check.hpp"

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
