// Convolutions against plain loops in double, on every backend: the backend's own way and the twin
// made of patches and dense products.
#include "engine/device/composed.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/conv_reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

const std::vector<Activation> activations{Activation::identity, Activation::leaky_relu,
                                          Activation::tanh, Activation::sigmoid};
constexpr float slope = 0.2F;
enum class Way { backend, twin };

// Sums of `terms` products of numbers up to 1, of either sign, as in test_dense.cpp; bf16 results
// are rounded to 8 bits, where cuDNN adds the bias to sums that are rounded too, twice.
Tolerance conv_tolerance(ElementType out, std::int64_t terms) {
  const double sum = 0x1p-24 * (static_cast<double>(terms) + 8.0);
  if (out == ElementType::f32) return {sum, 2e-6};
  return {sum, 1.0 / 256.0};
}

// cuDNN's bf16 sums are rounded to 8 bits themselves, before the bias and the activation.
Tolerance with_rounded_sums(Tolerance tolerance, const Device& device, Way way, ElementType type,
                            const std::vector<double>& sums) {
  if (way == Way::twin || device.backend->info().kind != "cuda" || type == ElementType::f32) {
    return tolerance;
  }
  double largest = 0.0;
  for (const double sum : sums) largest = std::fmax(largest, std::fabs(sum));
  return {tolerance.absolute + largest / 256.0, tolerance.relative};
}

void conv(Device& device, Way way, const ConvTask& task, const ProductOptions& options) {
  if (way == Way::backend) return device.backend->conv(*device.queue, task, options);
  composed_conv(*device.backend, *device.queue, task, options);
}

void weight_gradient(Device& device, Way way, const ConvGeometry& g, ConstMatrixRef large,
                     ConstMatrixRef small, MatrixView<float> dw, bool accumulate) {
  const WeightGradientOptions options{.accumulate = accumulate};
  if (way == Way::backend) {
    return device.backend->conv_backward_weights(*device.queue, g, large, small, dw, options);
  }
  composed_conv_backward_weights(*device.backend, *device.queue, g, large, small, dw, options);
}

/// A convolution on a device: x, w and b are random, y is as the task says.
struct Case {
  Device& device;
  ElementType type;
  ConvGeometry g;
  bool transposed;
  std::int64_t n;

  std::int64_t x_size() const { return transposed ? g.small_size() : g.large_size(); }
  std::int64_t y_size() const { return transposed ? g.large_size() : g.small_size(); }
  std::int64_t y_channels() const { return transposed ? g.channels : g.filters; }
  // A position of the large image is in up to all patches of a row.
  std::int64_t terms() const {
    return transposed ? g.kernel_h * g.kernel_w * g.filters : g.patch_size();
  }
};

template <class Body>
void for_each_case(const std::vector<ConvGeometry>& geometries,
                   const std::vector<std::int64_t>& counts, Body body) {
  on_every_device([&](Device& device) {
    for (const ElementType type : float_types) {
      for (const ConvGeometry& g : geometries) {
        for (const std::int64_t n : counts) {
          for (const bool transposed : {false, true}) {
            INFO((type == ElementType::bf16 ? "bf16, " : "f32, ")
                 << to_text(g) << ", " << n << " images" << (transposed ? ", transposed" : ""));
            body(Case{device, type, g, transposed, n});
          }
        }
      }
    }
  });
}

}  // namespace

TEST_CASE("conv is activation(op(x, w) + b), either way", "[kernels][conv]") {
  for_each_case(odd_geometries(), {0, 1, 3}, [](const Case& c) {
    const auto x = random_values(c.n * c.x_size(), 1, c.type);
    const auto w = random_values(c.g.patch_size() * c.g.filters, 2, c.type);
    const auto b = random_values(c.y_channels(), 3);
    const TightMatrix dx(c.device, c.n, c.x_size(), x, c.type);
    const DeviceMatrix dw(c.device, c.g.patch_size(), c.g.filters, w, c.type);
    const DeviceMatrix db(c.device, 1, c.y_channels(), b);
    const bool with_bias = c.n != 1;
    const auto without_bias = reference::conv(c.g, c.transposed, x, w, c.n);
    const auto sums =
        reference::conv(c.g, c.transposed, x, w, c.n, with_bias ? b : std::vector<double>{});
    const std::vector<Activation> tried =
        c.n == 3 ? activations : std::vector<Activation>{Activation::leaky_relu};
    for (const Activation activation : tried) {
      std::vector<double> want;
      for (const double sum : sums) want.push_back(reference::activate(activation, sum, slope));
      for (const ElementType out : {ElementType::f32, ElementType::bf16}) {
        if (c.type == ElementType::f32 && out == ElementType::bf16) continue;
        for (const Way way : {Way::backend, Way::twin}) {
          TightMatrix y(c.device, c.n, c.y_size(), out);
          conv(c.device, way,
               {c.g,
                c.transposed,
                dx.ref(),
                dw.ref(),
                with_bias ? db.vector() : VectorView<float>{},
                {},
                y.ref()},
               {activation, slope});
          require_close(way == Way::twin ? "twin" : "y", y.get(), want,
                        with_rounded_sums(conv_tolerance(out, c.terms()), c.device, way, c.type,
                                          without_bias));
        }
      }
    }
  });
}

TEST_CASE("conv with `at` is op(x, w) times the derivative at an output", "[kernels][conv]") {
  for_each_case(odd_geometries(), {2}, [](const Case& c) {
    const auto x = random_values(c.n * c.x_size(), 4, c.type);
    const auto w = random_values(c.g.patch_size() * c.g.filters, 5, c.type);
    const auto at = random_values(c.n * c.y_size(), 6, c.type);
    const TightMatrix dx(c.device, c.n, c.x_size(), x, c.type);
    const DeviceMatrix dw(c.device, c.g.patch_size(), c.g.filters, w, c.type);
    const TightMatrix dat(c.device, c.n, c.y_size(), at, c.type), none(c.device, 1, 1, c.type);
    const auto sums = reference::conv(c.g, c.transposed, x, w, c.n);
    for (const Activation activation : activations) {
      std::vector<double> want = sums;
      for (std::size_t i = 0; i < want.size(); ++i) {
        want[i] *= reference::derivative_from_output(activation, at[i], slope);
      }
      for (const Way way : {Way::backend, Way::twin}) {
        TightMatrix y(c.device, c.n, c.y_size(), c.type);
        // Identity reads none: one number stands for all.
        const ConstMatrixRef where = activation == Activation::identity ? none.ref() : dat.ref();
        conv(c.device, way, {c.g, c.transposed, dx.ref(), dw.ref(), {}, where, y.ref()},
             {activation, slope});
        require_close(
            way == Way::twin ? "twin" : "y", y.get(), want,
            with_rounded_sums(conv_tolerance(c.type, c.terms()), c.device, way, c.type, sums));
      }
    }
  });
}

TEST_CASE("conv_backward_weights is the sum of patch(large)^T small", "[kernels][conv]") {
  for_each_case(odd_geometries(), {0, 1, 3, 33}, [](const Case& c) {
    if (c.transposed || (c.n == 33 && c.g.large_size() > 500)) return;
    const auto large = random_values(c.n * c.g.large_size(), 7, c.type);
    const auto small = random_values(c.n * c.g.small_size(), 8, c.type);
    const TightMatrix d_large(c.device, c.n, c.g.large_size(), large, c.type);
    const TightMatrix d_small(c.device, c.n, c.g.small_size(), small, c.type);
    const auto once = reference::conv_weight_gradient(c.g, large, small, c.n);
    const auto tolerance = conv_tolerance(ElementType::f32, c.n * c.g.positions());
    for (const Way way : {Way::backend, Way::twin}) {
      DeviceMatrix dw(c.device, c.g.patch_size(), c.g.filters,
                      std::vector<double>(once.size(), 7.0));
      weight_gradient(c.device, way, c.g, d_large.ref(), d_small.ref(), dw.view(), false);
      require_close("dw", dw.get(), once, tolerance);
      weight_gradient(c.device, way, c.g, d_large.ref(), d_small.ref(), dw.view(), true);
      auto twice = once;
      for (double& value : twice) value *= 2.0;
      require_close("dw twice", dw.get(), twice, {2 * tolerance.absolute, tolerance.relative});
    }
  });
}

// The layers that networks have, at more images than one slice or part takes.
TEST_CASE("conv over many images is the twin's", "[kernels][conv]") {
  const std::vector<ConvGeometry> layers{make_geometry(28, 28, 1, 16, 4, 4, 2, 2, 1, 1),
                                         make_geometry(14, 14, 16, 32, 4, 4, 2, 2, 1, 1),
                                         make_geometry(1, 94, 16, 17, 1, 5, 1, 2, 0, 2)};
  for_each_case(layers, {37}, [](const Case& c) {
    const TightMatrix x(c.device, c.n, c.x_size(), random_values(c.n * c.x_size(), 1, c.type),
                        c.type);
    const auto w_values = random_values(c.g.patch_size() * c.g.filters, 2, c.type);
    const TightMatrix w(c.device, c.g.patch_size(), c.g.filters, w_values, c.type);
    const DeviceMatrix b(c.device, 1, c.y_channels(), random_values(c.y_channels(), 3));
    std::vector<std::vector<double>> y, dw;
    for (const Way way : {Way::backend, Way::twin}) {
      TightMatrix out(c.device, c.n, c.y_size(), c.type);
      conv(c.device, way, {c.g, c.transposed, x.ref(), w.ref(), b.vector(), {}, out.ref()},
           {Activation::leaky_relu, slope});
      y.push_back(out.get());
      TightMatrix gradient(c.device, c.g.patch_size(), c.g.filters);
      const TightMatrix other(c.device, c.n, c.y_size(), random_values(c.n * c.y_size(), 4, c.type),
                              c.type);
      weight_gradient(c.device, way, c.g, c.transposed ? other.ref() : x.ref(),
                      c.transposed ? x.ref() : other.ref(), gradient.view(), false);
      dw.push_back(gradient.get());
    }
    // Each rounds to bf16: neighbours are up to 1/128 apart.
    const Tolerance once = conv_tolerance(c.type, 2 * c.terms());
    require_close("y", y[0], y[1],
                  with_rounded_sums({once.absolute, 2 * once.relative}, c.device, Way::backend,
                                    c.type, y[1]));
    require_close("dw", dw[0], dw[1], conv_tolerance(ElementType::f32, c.n * c.g.positions()));
  });
}

// f(x, w) = sum of weights * op(x, w), differentiated both ways by steps of 2^-6: f is linear in
// each, so the only error is the rounding of y, some 2^-22, over the step.
TEST_CASE("the gradients of conv are its differences", "[kernels][conv]") {
  std::vector<ConvGeometry> tried{make_geometry(5, 6, 2, 3, 3, 2, 2, 1, 1, 1)};
  for (ConvGeometry g : halved_odd_sides()) {
    g.channels = 2, g.filters = 3;  // each number is moved twice
    tried.push_back(g);
  }
  for_each_case(tried, {2}, [](const Case& c) {
    if (c.type == ElementType::bf16) return;
    constexpr double step = 0x1p-6;
    auto x = random_values(c.n * c.x_size(), 1);
    auto w = random_values(c.g.patch_size() * c.g.filters, 2);
    const auto dy = random_values(c.n * c.y_size(), 3);
    TightMatrix dev_x(c.device, c.n, c.x_size(), x),
        dev_w(c.device, c.g.patch_size(), c.g.filters, w);
    const TightMatrix dev_dy(c.device, c.n, c.y_size(), dy);
    TightMatrix y(c.device, c.n, c.y_size());
    const auto f = [&] {
      conv(c.device, Way::backend, {c.g, c.transposed, dev_x.ref(), dev_w.ref(), {}, {}, y.ref()},
           {});
      const auto values = y.get();
      double sum = 0.0;
      for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * dy[i];
      return sum;
    };
    const auto differences = [&](std::vector<double>& values, TightMatrix& on_device) {
      std::vector<double> slopes;
      for (double& value : values) {
        const double before = value;
        value = before + step;
        on_device.set(values);
        const double above = f();
        value = before - step;
        on_device.set(values);
        slopes.push_back((above - f()) / (2.0 * step));
        value = before;
        on_device.set(values);
      }
      return slopes;
    };
    TightMatrix dx(c.device, c.n, c.x_size()), dw(c.device, c.g.patch_size(), c.g.filters);
    conv(c.device, Way::backend, {c.g, !c.transposed, dev_dy.ref(), dev_w.ref(), {}, {}, dx.ref()},
         {});
    weight_gradient(c.device, Way::backend, c.g, c.transposed ? dev_dy.ref() : dev_x.ref(),
                    c.transposed ? dev_x.ref() : dev_dy.ref(), dw.view(), false);
    require_close("dx", dx.get(), differences(x, dev_x), {2e-3, 0.0});
    require_close("dw", dw.get(), differences(w, dev_w), {2e-3, 0.0});
  });
}

TEST_CASE("conv results do not depend on the number of threads", "[kernels][conv]") {
  const std::vector<ConvGeometry> layers{make_geometry(14, 14, 17, 32, 4, 4, 2, 2, 1, 1),
                                         make_geometry(28, 28, 1, 16, 4, 4, 2, 2, 1, 1)};
  for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
    for (const ConvGeometry& g : layers) {
      std::vector<std::vector<double>> results;
      for (const int threads : {1, 2, 5}) {
        Device device = open_device("cpu", threads);
        const std::int64_t n = 37;
        const TightMatrix x(device, n, g.large_size(), random_values(n * g.large_size(), 1, type),
                            type);
        const TightMatrix w(device, g.patch_size(), g.filters,
                            random_values(g.patch_size() * g.filters, 2, type), type);
        TightMatrix y(device, n, g.small_size(), type), dx(device, n, g.large_size(), type);
        TightMatrix dw(device, g.patch_size(), g.filters);
        conv(device, Way::backend, {g, false, x.ref(), w.ref(), {}, {}, y.ref()},
             {Activation::leaky_relu, slope});
        conv(device, Way::backend, {g, true, y.ref(), w.ref(), {}, x.ref(), dx.ref()},
             {Activation::leaky_relu, slope});
        weight_gradient(device, Way::backend, g, x.ref(), y.ref(), dw.view(), false);
        auto all = y.get();
        for (const auto& more : {dx.get(), dw.get()}) {
          all.insert(all.end(), more.begin(), more.end());
        }
        results.push_back(all);
      }
      CHECK(results[0] == results[1]);
      CHECK(results[0] == results[2]);
    }
  }
}

TEST_CASE("a convolution that does not fit is refused before any work", "[kernels][conv]") {
  Device device = open_device("cpu");
  const ConvGeometry g = make_geometry(6, 6, 2, 3, 4, 4, 2, 2, 1, 1);
  const TightMatrix x(device, 2, g.large_size()), w(device, g.patch_size(), g.filters);
  const DeviceMatrix narrow(device, g.patch_size(), 2);
  TightMatrix y(device, 2, g.small_size());
  const auto run = [&](const ConvTask& task) { device.backend->conv(*device.queue, task, {}); };
  CHECK_THROWS_WITH(
      run({g, false, x.ref(), narrow.ref(), {}, {}, y.ref()}),
      ContainsSubstring("conv") && ContainsSubstring("w [32, 2]") && ContainsSubstring("[32, 3]"));
  CHECK_THROWS_WITH(run({g, true, x.ref(), w.ref(), {}, {}, y.ref()}),
                    ContainsSubstring("x [2, 72]") && ContainsSubstring("[2, 27]"));
  MatrixRef gaps = x.ref();
  gaps.stride = gaps.cols + 1;
  CHECK_THROWS_WITH(run({g, false, gaps, w.ref(), {}, {}, y.ref()}),
                    ContainsSubstring("x with padded rows"));
  ConvGeometry no_stride = g;
  no_stride.stride_w = 0;
  CHECK_THROWS_WITH(run({no_stride, false, x.ref(), w.ref(), {}, {}, y.ref()}),
                    ContainsSubstring("an extent of 0"));
}
