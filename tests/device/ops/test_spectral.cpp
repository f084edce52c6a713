// Spectral normalisation: power iteration, sigma and the gradient, against plain loops in double on
// every backend.
#include <cmath>

#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using reference::Values;

namespace {

struct Shape {
  std::int64_t rows, cols;
};
// Around vector widths, warps, bands of 64 and of 128 rows, and tiles of 32 and of 256 columns.
constexpr Shape shapes[] = {{1, 1},   {1, 33},   {31, 1},   {7, 9},     {32, 32},
                            {65, 31}, {129, 33}, {257, 70}, {40, 1025}, {1030, 40}};

/// A weight [rows, cols] with its singular vectors' estimates, in double.
struct Twin {
  Shape shape;
  Values w, u, v;
  double sigma = 0.0;
  Values normalised;

  static Values unit(const Values& x) {
    double square = 0.0;
    for (const double value : x) square += value * value;
    Values result(x);
    for (double& value : result) value /= std::fmax(std::sqrt(square), 1e-12);
    return result;
  }
  Values times_u() const { return reference::product(w, u, shape.rows, shape.cols, 1); }
  Values times_v() const { return reference::product(v, w, 1, shape.rows, shape.cols); }

  void step(bool iterate) {
    if (iterate) {
      v = unit(times_u());
      u = unit(times_v());
    }
    const Values products = times_v();
    sigma = 0.0;
    for (std::size_t j = 0; j < u.size(); ++j) sigma += products[j] * u[j];
    normalised = w;
    for (double& value : normalised) value /= sigma;
  }
};

Twin twin_of(const Shape& shape) {
  return {shape, random_values(shape.rows * shape.cols, 31), random_values(shape.cols, 32),
          random_values(shape.rows, 33)};
}

/// A twin's weight and vectors in a device's memory.
struct OnDevice {
  OnDevice(Device& on, const Twin& twin)
      : device(&on),
        w(on, twin.shape.rows, twin.shape.cols, twin.w),
        u(on, 1, twin.shape.cols, twin.u),
        v(on, 1, twin.shape.rows, twin.v),
        sigma(on, 1, 1),
        normalised(on, twin.shape.rows, twin.shape.cols) {}

  void step(bool iterate) {
    device->backend->run(*device->queue,
                         SpectralTask{w.view(), u.vector(), v.vector(), sigma.view().data,
                                      normalised.view(), iterate});
  }
  /// dw from the gradient `g` in the normalised weight.
  Values gradient(const Values& g) const {
    const DeviceMatrix dw(*device, w.ref().rows, w.ref().cols, g);
    device->backend->run(*device->queue,
                         SpectralGradientTask{normalised.view(), u.vector(), v.vector(),
                                              sigma.view().data, dw.view()});
    return dw.get();
  }

  Device* device;
  DeviceMatrix w, u, v, sigma, normalised;
};

void require_same(const OnDevice& got, const Twin& want) {
  // Sums are in double; each step rounds v and u to f32 once.
  require_close("v", got.v.get(), want.v, {2e-7, 2e-6});
  require_close("u", got.u.get(), want.u, {2e-7, 2e-6});
  CHECK(got.sigma.get()[0] == Approx(want.sigma).epsilon(2e-6));
  require_close("normalised", got.normalised.get(), want.normalised, {0.0, 4e-6});
}

}  // namespace

TEST_CASE("spectral_norm takes a step of power iteration and divides by sigma",
          "[kernels][spectral]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      INFO(shape.rows << " x " << shape.cols);
      Twin twin = twin_of(shape);
      OnDevice there(device, twin);
      for (int step = 0; step < 3; ++step) {
        there.step(true);
        twin.step(true);
        require_same(there, twin);
      }
    }
  });
}

TEST_CASE("spectral_norm without a step leaves u and v alone", "[kernels][spectral]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      INFO(shape.rows << " x " << shape.cols);
      Twin twin = twin_of(shape);
      // The numbers have one sign, so that sigma is no difference of nearly equal sums.
      for (Values* values : {&twin.w, &twin.u, &twin.v}) {
        for (double& value : *values) value = std::fabs(value);
      }
      OnDevice there(device, twin);
      there.step(false);
      twin.step(false);
      CHECK(there.u.get() == twin.u);
      CHECK(there.v.get() == twin.v);
      require_same(there, twin);
    }
  });
}

TEST_CASE("sigma comes to the largest singular value", "[kernels][spectral]") {
  on_every_device([](Device& device) {
    // 3 a b^T + c d^T with a orthogonal to c and b to d: singular values 3 and 1.
    Twin twin = twin_of({4, 6});
    const Values a{0.5, 0.5, 0.5, 0.5}, c{0.5, -0.5, 0.5, -0.5};
    const Values b{1.0, 0.0, 0.0, 0.0, 0.0, 0.0}, d{0.0, 0.6, 0.8, 0.0, 0.0, 0.0};
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t j = 0; j < 6; ++j) twin.w[6 * i + j] = 3.0 * a[i] * b[j] + c[i] * d[j];
    }
    OnDevice there(device, twin);
    for (int step = 0; step < 20; ++step) there.step(true);
    CHECK(there.sigma.get()[0] == Approx(3.0).epsilon(1e-6));
  });
}

TEST_CASE("spectral_norm replays in a recorded program", "[kernels][spectral]") {
  on_every_device([](Device& device) {
    Twin twin = twin_of({65, 31});
    OnDevice there(device, twin);
    there.step(true);  // what an operation needs is made by its first run, and by none in a capture
    twin.step(true);
    const auto program = device.backend->record(*device.queue, [&] { there.step(true); });
    for (int step = 0; step < 3; ++step) {
      program->replay();
      twin.step(true);
    }
    require_same(there, twin);
  });
}

TEST_CASE("a weight of zeros stays one, with a finite gradient", "[kernels][spectral]") {
  on_every_device([](Device& device) {
    Twin twin = twin_of({33, 5});
    twin.w.assign(twin.w.size(), 0.0);
    OnDevice there(device, twin);
    there.step(true);
    CHECK(there.sigma.get()[0] == Approx(1e-12));
    require_close("normalised", there.normalised.get(), twin.w, {0.0, 0.0});
    const Values g = random_values(33 * 5, 34);
    Values want(g);
    for (double& value : want) value /= 1e-12;
    require_close("dw", there.gradient(g), want, {0.0, 1e-6});
  });
}

TEST_CASE("spectral_gradient is the gradient through sigma with u and v held",
          "[kernels][spectral]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      INFO(shape.rows << " x " << shape.cols);
      Twin twin = twin_of(shape);
      OnDevice there(device, twin);
      for (int step = 0; step < 2; ++step) {
        there.step(true);
        twin.step(true);
      }
      const Values g = random_values(shape.rows * shape.cols, 35);
      const Values got = there.gradient(g);
      double share = 0.0;
      for (std::size_t k = 0; k < g.size(); ++k) share += g[k] * twin.normalised[k];
      Values want(g);
      for (std::size_t k = 0; k < want.size(); ++k) {
        const auto cols = static_cast<std::size_t>(shape.cols);
        want[k] = (g[k] - share * twin.v[k / cols] * twin.u[k % cols]) / twin.sigma;
      }
      // The share is a sum of products of f32 numbers that were rounded before.
      const double scale = 1.0 / twin.sigma + std::fabs(share) / twin.sigma;
      require_close("dw", got, want, {4e-7 * scale, 4e-6});

      if (shape.rows * shape.cols > 100) continue;  // two whole loops for each number
      const Values differences = reference::central_differences(twin.w, 1e-6, [&](const Values& w) {
        Twin moved = twin;
        moved.w = w;
        moved.step(false);
        double loss = 0.0;
        for (std::size_t k = 0; k < g.size(); ++k) loss += g[k] * moved.normalised[k];
        return loss;
      });
      require_close("differences", got, differences, {4e-7 * scale + 1e-8, 4e-6});
    }
  });
}

TEST_CASE("spectral normalisation does not depend on the number of threads",
          "[kernels][spectral]") {
  for (const Shape& shape : {Shape{1030, 300}, Shape{3, 5000}}) {
    require_same_for_any_threads([&](Device& device) {
      OnDevice there(device, twin_of(shape));
      there.step(true);
      auto all = there.gradient(random_values(shape.rows * shape.cols, 36));
      for (const DeviceMatrix* more : {&there.u, &there.v, &there.sigma, &there.normalised}) {
        const auto values = more->get();
        all.insert(all.end(), values.begin(), values.end());
      }
      return all;
    });
  }
}

TEST_CASE("spectral normalisation refuses operands that do not fit", "[kernels][spectral]") {
  on_every_device([](Device& device) {
    Backend& backend = *device.backend;
    Queue& queue = *device.queue;
    const DeviceMatrix w(device, 3, 5), u(device, 1, 5), v(device, 1, 3), wrong(device, 5, 3);
    float* const sigma = wrong.view().data;
    CHECK_THROWS_WITH(
        backend.run(queue, SpectralTask{w.view(), v.vector(), u.vector(), sigma, w.view()}),
        ContainsSubstring("u of 3"));
    CHECK_THROWS_WITH(
        backend.run(queue, SpectralTask{w.view(), u.vector(), v.vector(), sigma, wrong.view()}),
        ContainsSubstring("normalised [5, 3]"));
    CHECK_THROWS_WITH(
        backend.run(queue, SpectralTask{w.view(), u.vector(), v.vector(), nullptr, w.view()}),
        ContainsSubstring("no place for sigma"));
    CHECK_THROWS_WITH(backend.run(queue, SpectralGradientTask{wrong.view(), u.vector(), v.vector(),
                                                              sigma, w.view()}),
                      ContainsSubstring("normalised [5, 3]"));
  });
}
