// What the seam asks of the operations on images before any work: as operation_checks.hpp, which
// includes it.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/check.hpp"
#include "engine/device/conv_checks.hpp"
#include "engine/device/dense_checks.hpp"
#include "kernels/ops/operations.hpp"

namespace vgan {

/// A tight matrix of whole pixels of `channels` channels.
inline void check_channels(const char* name, const char* what, ConstMatrixRef matrix,
                           std::int64_t channels) {
  require_float(name, what, matrix.type);
  require_tight(name, what, matrix, matrix.rows, matrix.cols);
  require(channels > 0 && matrix.cols % channels == 0, name,
          std::string(what) + " of " + std::to_string(matrix.cols) + " columns",
          "a multiple of " + std::to_string(channels) + " channels");
}

template <class... Vectors>
void require_sizes(const char* name, std::int64_t size, const Vectors&... vectors) {
  const auto one = [&](std::int64_t found) {
    require(found == size, name, "a vector of " + std::to_string(found), std::to_string(size));
  };
  (one(vectors.size), ...);
}

inline bool has_work(const ChannelSumsTask& task) {
  check_channels(task.name, "dy", task.dy, task.sums.size);
  return true;
}

inline bool has_work(const BatchNormTask& task) {
  check_channels(task.name, "x", task.x, task.gamma.size);
  require_tight(task.name, "y", task.y, task.x.rows, task.x.cols);
  require(task.x.type == task.y.type, task.name, "x and y of two types", "one type");
  require_sizes(task.name, task.gamma.size, task.beta, task.running_mean, task.running_variance);
  if (!task.inference) {
    require_sizes(task.name, task.gamma.size, task.mean, task.inverse_deviation);
  }
  return task.y.size() > 0;
}

inline bool has_work(const BatchNormBackwardTask& task) {
  check_channels(task.name, "x", task.x, task.gamma.size);
  require_tight(task.name, "dy", task.dy, task.x.rows, task.x.cols);
  require(task.x.type == task.dy.type, task.name, "x and dy of two types", "one type");
  require_sizes(task.name, task.gamma.size, task.mean, task.inverse_deviation, task.dgamma,
                task.dbeta);
  return true;
}

inline bool has_work(const PatchesTask& task) {
  const ConvGeometry& g = task.geometry;
  check_geometry(task.name, g);
  require_float(task.name, "large", task.large.type);
  require(task.large.type == task.patches.type, task.name, "large and patches of two types",
          "one type");
  require_tight(task.name, "large", task.large, task.large.rows, g.large_size());
  require_tight(task.name, "patches", task.patches, task.large.rows * g.positions(),
                g.patch_size());
  return task.patches.size() > 0;
}

inline bool has_work(const FoldPatchesTask& task) {
  check_conv(task.conv, task.activation);
  require(task.conv.transposed, task.name, "a forward task", "a transposed one");
  require_tight(task.name, "patches", task.patches,
                task.conv.x.rows * task.conv.geometry.positions(), task.conv.geometry.patch_size());
  return task.conv.y.size() > 0;
}

}  // namespace vgan
