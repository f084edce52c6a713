// Latents from a mixture of Gaussians, against the equation spelled out and against NumPy.
#include <cmath>
#include <map>

#include "kernels/math/gaussian.hpp"
#include "kernels/math/latent_mixture.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr std::uint64_t seed = 42, centre_seed = 6;

struct Row {
  std::uint64_t component;
  std::vector<double> numbers;
};

// Row `row` of the stream at step 7, by the header's equations.
Row row_of(std::uint64_t row, std::int64_t cols, std::int64_t components, double deviation) {
  const std::uint64_t stream = math::subsequence(Purpose::latent, 7);
  const auto words = math::philox_block(seed, stream, (std::uint64_t{1} << 62) + row / 4);
  const std::uint32_t lanes[] = {words.x, words.y, words.z, words.w};
  Row found;
  found.component = static_cast<std::uint64_t>(
      std::floor(lanes[row % 4] * 0x1p-32 * static_cast<double>(components)));
  const auto length = static_cast<std::uint64_t>(cols);
  for (std::uint64_t j = 0; j < length; ++j) {
    const double noise = math::gaussian(seed, stream, row * length + j);
    const double centre =
        math::gaussian(centre_seed, 12, found.component * length + j);  // latent_centre, step 0
    found.numbers.push_back(std::sqrt(1.0 - deviation * deviation) * centre + deviation * noise);
  }
  return found;
}

std::vector<double> drawn(Device& device, std::int64_t rows, std::int64_t cols,
                          std::int64_t components, std::uint64_t first_row = 0,
                          ElementType type = ElementType::f32, double deviation = 0.6) {
  StepState start;
  start.step = 7;
  const DeviceState state(device, start);
  const DeviceMatrix out(device, rows, cols, type);
  device.backend->run(
      *device.queue,
      NormalMixtureTask{{seed, Purpose::latent, first_row * static_cast<std::uint64_t>(cols),
                         StepCounter::of(state.get())},
                        math::mixture_of(components, centre_seed, deviation),
                        out.ref()});
  return out.get();
}

}  // namespace

TEST_CASE("normal_mixture draws each row around its own centre", "[kernels][latent_mixture]") {
  on_every_device([](Device& device) {
    for (const std::int64_t cols : {1, 2, 31, 100, 1025, 2050}) {
      for (const std::uint64_t first_row : {0ULL, 1ULL, 6ULL, 1ULL << 33}) {
        for (const std::int64_t components : {1, 3, 1024}) {
          for (const ElementType type : float_types) {
            const double deviation = cols == 31 ? 0.25 : cols == 1025 ? 1.0 : 0.6;
            INFO(cols << " columns from row " << first_row << ", " << components);
            std::vector<double> want;
            for (std::uint64_t i = 0; i < 5; ++i) {
              const Row row = row_of(first_row + i, cols, components, deviation);
              want.insert(want.end(), row.numbers.begin(), row.numbers.end());
            }
            require_close("rows", drawn(device, 5, cols, components, first_row, type, deviation),
                          want, {5e-7, rounding_of(type)});
          }
        }
      }
    }
  });
}

// python -c "import philox; print(philox.mixture(42, 'latent', 7, 6, 3, 5, 6))" in tests/golden
TEST_CASE("normal_mixture gives NumPy's numbers", "[kernels][latent_mixture]") {
  const std::vector<double> want{-0.0904637, -1.3274225, 1.4813192,  0.6541630,  -1.3292515,
                                 -1.8559994, 0.1448380,  -1.3187869, 1.5127890,  0.1410589,
                                 -1.5329587, 1.1536350,  -1.0652503, -0.3033976, -0.8107808,
                                 -0.1857142, -1.2445090, -1.3100253};
  on_every_device([&](Device& device) {
    require_close("rows", drawn(device, 6, 3, 5), want, {2e-6, 2e-6});
  });
}

TEST_CASE("components come as often, and each number has variance 1 over many of them",
          "[kernels][latent_mixture]") {
  constexpr std::int64_t rows = 4000, cols = 50, components = 8;
  std::map<std::uint64_t, double> counts;
  for (std::uint64_t i = 0; i < rows; ++i) {
    ++counts[math::mixture_component(seed, math::subsequence(Purpose::latent, 7), i, components)];
  }
  CHECK(counts.size() == components);
  double chi_square = 0.0;
  for (const auto& [component, count] : counts) {
    chi_square += (count - 500.0) * (count - 500.0) / 500.0;
  }
  CHECK(chi_square < 24.3);  // of 7 degrees of freedom, passed by one in a thousand
  on_every_device([&](Device& device) {
    double sum = 0.0, squares = 0.0;
    const auto all = drawn(device, rows, cols, 1024);
    for (const double x : all) sum += x, squares += x * x;
    const auto n = static_cast<double>(all.size());
    // 1,024 centres of 50 numbers: standard errors of 0.0045 and 0.006.
    CHECK(std::fabs(sum / n) < 0.02);
    CHECK(std::fabs(squares / n - 1.0) < 0.03);
  });
}

TEST_CASE("normal_mixture does not depend on the number of threads", "[kernels][latent_mixture]") {
  require_same_for_any_threads([](Device& device) { return drawn(device, 130, 1025, 9); });
}

TEST_CASE("normal_mixture refuses what is no mixture", "[kernels][latent_mixture]") {
  on_every_device([](Device& device) {
    const DeviceMatrix out(device, 2, 5);
    const auto draw = [&](std::uint64_t first, std::int64_t components) {
      device.backend->run(
          *device.queue,
          NormalMixtureTask{{1, Purpose::latent, first}, {components, 1}, out.ref()});
    };
    CHECK_THROWS_WITH(draw(0, 0), ContainsSubstring("0 components"));
    CHECK_THROWS_WITH(draw(3, 4), ContainsSubstring("random number 3"));
    CHECK_NOTHROW(draw(10, 4));
  });
}
