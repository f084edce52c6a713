// Sums of a kernel over pairs of rows, against plain loops in double on every backend.
#include <cmath>

#include "tests/support/compare.hpp"
#include "tests/support/device_array.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Kind = PairKernel::Kind;

struct Shape {
  std::int64_t queries, points, columns;
};
// Around strips of 32 points, groups of 16 queries, tiles of 64 and 16 columns, parts of 256
// points.
constexpr Shape shapes[] = {{1, 1, 1},    {3, 31, 2},   {16, 32, 15}, {17, 33, 16},
                            {64, 65, 17}, {66, 300, 5}, {4, 9, 0}};

std::vector<double> plain_sums(const std::vector<float>& x, const std::vector<float>& y,
                               const Shape& shape, const PairKernel& kernel, std::int64_t self) {
  std::vector<double> made;
  for (std::int64_t i = 0; i < shape.queries; ++i) {
    double all = 0.0;
    for (std::int64_t j = 0; j < shape.points; ++j) {
      if (self >= 0 && j == self + i) continue;
      double product = 0.0, apart = 0.0;
      for (std::int64_t c = 0; c < shape.columns; ++c) {
        const double a = x[static_cast<std::size_t>(i * shape.columns + c)];
        const double b = y[static_cast<std::size_t>(j * shape.columns + c)];
        product += a * b;
        apart += (a - b) * (a - b);
      }
      all += kernel.kind == Kind::cubic ? std::pow(kernel.scale * product + 1.0, 3.0)
                                        : std::exp(-kernel.scale * apart);
    }
    made.push_back(all);
  }
  return made;
}

std::vector<double> sums(Device& device, const std::vector<float>& x, const std::vector<float>& y,
                         const Shape& shape, const PairKernel& kernel, std::int64_t self,
                         std::int64_t most) {
  const DeviceArray<float> queries(device, shape.queries, shape.columns, x);
  const DeviceArray<float> points(device, shape.points, shape.columns, y);
  DeviceArray<double> made(device, std::vector<double>(static_cast<std::size_t>(shape.queries)));
  for (std::int64_t first = 0; first < shape.points; first += most) {
    MatrixView<const float> block = points.view();
    block.data = block.row(first);
    block.rows = std::min(most, shape.points - first);
    device.backend->run(*device.queue,
                        PairKernelTask{queries.view(), block, kernel, first, self, made.vector()});
  }
  return made.get();
}

}  // namespace

namespace {

void require_sums(Device& device, const Shape& shape, std::int64_t self, std::int64_t most) {
  const auto x = random_floats(shape.queries * shape.columns, 31);
  const auto y = random_floats(shape.points * shape.columns, 32);
  for (const PairKernel& kernel :
       {PairKernel{Kind::cubic, 0.25}, PairKernel{Kind::gaussian, 0.7}}) {
    INFO(shape.queries << " x " << shape.points << " x " << shape.columns << ", self " << self);
    // Sums of up to 3,000 in double; an exponential is one of float, of an argument in float.
    const Tolerance tolerance =
        kernel.kind == Kind::cubic ? Tolerance{1e-12, 1e-12} : Tolerance{1e-10, 1e-6};
    require_close("sums", sums(device, x, y, shape, kernel, self, most),
                  plain_sums(x, y, shape, kernel, self), tolerance);
  }
}

}  // namespace

TEST_CASE("pair_kernel adds up a kernel over all pairs", "[kernels][pair_kernel]") {
  on_every_device([](Device& device) {
    std::int64_t self = -1;
    for (const Shape& shape : shapes) {
      require_sums(device, shape, self, 1 << 20);
      self = self < 0 ? 0 : self == 0 ? 20 : -1;
    }
  });
}

TEST_CASE("pair_kernel of points that come in blocks", "[kernels][pair_kernel]") {
  on_every_device([](Device& device) { require_sums(device, {7, 100, 3}, 40, 45); });
}

// Several tiles of points.
TEST_CASE("pair_kernel goes through many points on the CPU", "[kernels][pair_kernel]") {
  Device device = open_device("cpu");
  require_sums(device, {2, 3000, 150}, 2990, 1 << 20);
}

TEST_CASE("pair_kernel: far rows have a Gaussian kernel of nothing", "[kernels][pair_kernel]") {
  on_every_device([](Device& device) {
    const PairKernel kernel{Kind::gaussian, 1.0};
    CHECK(sums(device, {0.0F}, {3e18F, 0.0F, -1e4F}, {1, 3, 1}, kernel, -1, 10)[0] == 1.0);
  });
}

TEST_CASE("pair_kernel does not depend on the number of threads", "[kernels][pair_kernel]") {
  require_same_for_any_threads([](Device& device) {
    const auto x = random_floats(333 * 7, 33);
    return sums(device, x, x, {333, 333, 7}, {Kind::cubic, 0.1}, 0, 1 << 20);
  });
}

TEST_CASE("pair_kernel refuses operands that do not fit", "[kernels][pair_kernel]") {
  on_every_device([](Device& device) {
    const DeviceArray<float> x(device, 3, 4), y(device, 5, 4), narrow(device, 5, 3);
    const DeviceArray<double> out(device, std::vector<double>(3)),
        few(device, std::vector<double>(2));
    const auto refused = [&](const PairKernelTask& task, const char* text) {
      CHECK_THROWS_WITH(device.backend->run(*device.queue, task), ContainsSubstring(text));
    };
    refused({x.view(), narrow.view(), {}, 0, -1, out.vector()}, "points [5, 3]");
    refused({x.view(), y.view(), {}, 0, -1, few.vector()}, "sums of 2");
    refused({x.view(), y.view(), {Kind::gaussian, 0.0}, 0, -1, out.vector()}, "a scale of 0");
  });
}
