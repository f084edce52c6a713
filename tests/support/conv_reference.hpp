// Convolutions as plain loops in double, and shapes to try them at.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/ops/conv.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

namespace vgan::testing {

/// A matrix in device memory without padding between rows; NaN follows the last.
class TightMatrix {
 public:
  TightMatrix(Device& device, std::int64_t rows, std::int64_t cols,
              ElementType type = ElementType::f32)
      : rows_(rows), cols_(cols), whole_(device, 1, rows * cols, type) {}
  TightMatrix(Device& device, std::int64_t rows, std::int64_t cols,
              const std::vector<double>& values, ElementType type = ElementType::f32)
      : rows_(rows), cols_(cols), whole_(device, 1, rows * cols, values, type) {}

  void set(const std::vector<double>& values) { whole_.set(values); }
  std::vector<double> get() const { return whole_.get(); }
  MatrixRef ref() const { return {whole_.ref().data, whole_.ref().type, rows_, cols_, cols_}; }
  MatrixView<float> view() const { return ref().as<float>(); }

 private:
  std::int64_t rows_, cols_;
  DeviceMatrix whole_;
};

/// Padding before as given; the small image has every position whose patch begins inside the large
/// one and, with as much padding after it, ends inside too.
inline ConvGeometry make_geometry(std::int64_t height, std::int64_t width, std::int64_t channels,
                                  std::int64_t filters, std::int64_t kernel_h,
                                  std::int64_t kernel_w, std::int64_t stride_h,
                                  std::int64_t stride_w, std::int64_t pad_h, std::int64_t pad_w) {
  ConvGeometry g;
  g.height = height, g.width = width, g.channels = channels;
  g.small_height = (height + 2 * pad_h - kernel_h) / stride_h + 1;
  g.small_width = (width + 2 * pad_w - kernel_w) / stride_w + 1;
  g.filters = filters;
  g.kernel_h = kernel_h, g.kernel_w = kernel_w;
  g.stride_h = stride_h, g.stride_w = stride_w;
  g.pad_h = pad_h, g.pad_w = pad_w;
  return g;
}

inline std::string to_text(const ConvGeometry& g) {
  const auto two = [](std::int64_t a, std::int64_t b) {
    return std::to_string(a) + "x" + std::to_string(b);
  };
  return two(g.height, g.width) + "x" + std::to_string(g.channels) + " and " +
         two(g.small_height, g.small_width) + "x" + std::to_string(g.filters) + ", kernel " +
         two(g.kernel_h, g.kernel_w) + ", stride " + two(g.stride_h, g.stride_w) + ", padding " +
         two(g.pad_h, g.pad_w);
}

/// Sides halved with the half rounded up, as networks halve odd ones: a zero more behind than
/// before. An image of 5 x 7, one with an odd side alone, one of 3 x 2, curves of 3 and 13.
inline std::vector<ConvGeometry> halved_odd_sides() {
  std::vector<ConvGeometry> all{
      make_geometry(5, 7, 3, 6, 4, 4, 2, 2, 1, 1), make_geometry(10, 7, 17, 16, 4, 4, 2, 2, 1, 1),
      make_geometry(3, 2, 16, 5, 4, 4, 2, 2, 1, 1), make_geometry(1, 3, 5, 18, 1, 8, 1, 2, 0, 3),
      make_geometry(1, 13, 37, 4, 1, 8, 1, 2, 0, 3)};
  for (ConvGeometry& g : all) {
    g.small_height = (g.height + g.stride_h - 1) / g.stride_h;
    g.small_width = (g.width + g.stride_w - 1) / g.stride_w;
  }
  return all;
}

/// Strides 1 to 3, kernels of two extents, padding 0 to 2, curves, 1 to 33 channels, padding after
/// the image that differs from that before, and rows that no patch sees.
inline std::vector<ConvGeometry> odd_geometries() {
  std::vector<ConvGeometry> all{
      make_geometry(28, 28, 1, 8, 4, 4, 2, 2, 1, 1),  make_geometry(7, 7, 16, 33, 4, 4, 2, 2, 1, 1),
      make_geometry(9, 7, 5, 3, 3, 2, 2, 1, 1, 0),    make_geometry(8, 5, 33, 17, 3, 2, 3, 2, 2, 2),
      make_geometry(5, 5, 1, 1, 1, 1, 1, 1, 2, 2),    make_geometry(1, 37, 3, 5, 1, 5, 1, 2, 0, 2),
      make_geometry(1, 23, 17, 16, 1, 4, 1, 2, 0, 1), make_geometry(6, 6, 32, 1, 3, 3, 1, 1, 1, 1),
      make_geometry(7, 9, 31, 32, 2, 5, 2, 3, 0, 2),  make_geometry(1, 1, 1, 1, 1, 1, 1, 1, 0, 0),
      make_geometry(4, 4, 20, 2, 4, 4, 1, 1, 0, 0)};
  ConvGeometry same = make_geometry(6, 6, 18, 4, 4, 4, 1, 1, 1, 1);  // 6 x 6: 1 before, 2 after
  same.small_height = same.small_width = 6;
  ConvGeometry unseen = make_geometry(9, 9, 16, 3, 2, 2, 2, 2, 0, 0);
  unseen.small_height = 2;
  all.push_back(same);
  all.push_back(unseen);
  for (const ConvGeometry& g : halved_odd_sides()) all.push_back(g);
  return all;
}

namespace reference {

/// Calls `body(large, patch, small)` with the places of every product of one image and one filter:
/// `large` and `patch` of a channel, `small` of filter 0.
template <class Body>
void for_each_product(const ConvGeometry& g, Body body) {
  for (std::int64_t i = 0; i < g.small_height; ++i) {
    for (std::int64_t j = 0; j < g.small_width; ++j) {
      for (std::int64_t p = 0; p < g.kernel_h; ++p) {
        for (std::int64_t q = 0; q < g.kernel_w; ++q) {
          const std::int64_t row = i * g.stride_h - g.pad_h + p;
          const std::int64_t col = j * g.stride_w - g.pad_w + q;
          if (row < 0 || row >= g.height || col < 0 || col >= g.width) continue;
          for (std::int64_t c = 0; c < g.channels; ++c) {
            body((row * g.width + col) * g.channels + c, (p * g.kernel_w + q) * g.channels + c,
                 (i * g.small_width + j) * g.filters);
          }
        }
      }
    }
  }
}

/// y [n, small] of x [n, large], or, transposed, the other way round.
inline Values conv(const ConvGeometry& g, bool transposed, const Values& x, const Values& w,
                   std::int64_t n, const Values& bias = {}) {
  const std::int64_t x_size = transposed ? g.small_size() : g.large_size();
  const std::int64_t y_size = transposed ? g.large_size() : g.small_size();
  Values y(static_cast<std::size_t>(n * y_size), 0.0);
  for (std::int64_t image = 0; image < n; ++image) {
    for_each_product(g, [&](std::int64_t large, std::int64_t patch, std::int64_t small) {
      for (std::int64_t f = 0; f < g.filters; ++f) {
        const double weight = w[at(patch, f, g.filters)];
        if (transposed) {
          y[at(image, large, y_size)] += x[at(image, small + f, x_size)] * weight;
        } else {
          y[at(image, small + f, y_size)] += x[at(image, large, x_size)] * weight;
        }
      }
    });
  }
  for (std::size_t i = 0; i < y.size() && !bias.empty(); ++i) y[i] += bias[i % bias.size()];
  return y;
}

inline Values conv_weight_gradient(const ConvGeometry& g, const Values& large, const Values& small,
                                   std::int64_t n) {
  Values dw(static_cast<std::size_t>(g.patch_size() * g.filters), 0.0);
  for (std::int64_t image = 0; image < n; ++image) {
    for_each_product(g, [&](std::int64_t at_large, std::int64_t patch, std::int64_t at_small) {
      for (std::int64_t f = 0; f < g.filters; ++f) {
        dw[at(patch, f, g.filters)] += large[at(image, at_large, g.large_size())] *
                                       small[at(image, at_small + f, g.small_size())];
      }
    });
  }
  return dw;
}

}  // namespace reference
}  // namespace vgan::testing
