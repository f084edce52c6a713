// What the seam asks of convolutions before any work.
#pragma once

#include "engine/base/check.hpp"
#include "engine/device/backend.hpp"

namespace vgan {

template <class View>
void require_tight(const char* name, const char* what, const View& view, std::int64_t rows,
                   std::int64_t cols) {
  require_shape(name, what, view, rows, cols);
  require(view.rows <= 1 || view.stride == view.cols, name, std::string(what) + " with padded rows",
          "tight rows");
}

inline void check_geometry(const char* name, const ConvGeometry& g) {
  const std::int64_t extents[] = {g.height,  g.width,    g.channels, g.small_height, g.small_width,
                                  g.filters, g.kernel_h, g.kernel_w, g.stride_h,     g.stride_w};
  for (const std::int64_t extent : extents) {
    require(extent > 0, name, "an extent of " + std::to_string(extent), "1 or more");
  }
  require(g.pad_h >= 0 && g.pad_w >= 0, name, "padding below 0", "0 or more");
}

inline void check_conv(const ConvTask& task, Activation activation) {
  const char* name = "conv";
  const ConvGeometry& g = task.geometry;
  check_geometry(name, g);
  const std::int64_t n = task.x.rows;
  require_float(name, "x", task.x.type);
  require_float(name, "y", task.y.type);
  require(task.x.type == task.w.type, name, "x and w of two types", "one type");
  require_tight(name, "x", task.x, n, task.transposed ? g.small_size() : g.large_size());
  require_tight(name, "y", task.y, n, task.transposed ? g.large_size() : g.small_size());
  require_shape(name, "w", task.w, g.patch_size(), g.filters);
  require(!task.w.packed, name, "a packed w", "rows");
  const std::int64_t channels = task.transposed ? g.channels : g.filters;
  require(task.bias.empty() || task.bias.size == channels, name,
          "a bias of " + std::to_string(task.bias.size), std::to_string(channels));
  if (task.at.empty()) return;
  require(task.bias.empty(), name, "a bias beside `at`", "one of the two");
  require_float(name, "at", task.at.type);
  if (activation == Activation::identity) return;
  require_tight(name, "at", task.at, n, task.y.cols);
}

inline void check_conv_backward_weights(const ConvGeometry& g, ConstMatrixRef large,
                                        ConstMatrixRef small, MatrixView<float> dw) {
  const char* name = "conv_backward_weights";
  check_geometry(name, g);
  require_float(name, "large", large.type);
  require(large.type == small.type, name, "large and small of two types", "one type");
  require_tight(name, "large", large, large.rows, g.large_size());
  require_tight(name, "small", small, large.rows, g.small_size());
  require_shape(name, "dw", dw, g.patch_size(), g.filters);
}

}  // namespace vgan
