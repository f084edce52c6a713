// The search for numbers that are not finite, on every backend.
#include <cmath>

#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/device_array.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

std::int64_t first_of(Device& device, const std::vector<float>& values) {
  const DeviceArray<float> all(device, values);
  DeviceArray<std::int64_t> first(device, 1, 1, -1);
  device.backend->run(*device.queue, FirstNonfiniteTask{all.vector(), first.data()});
  return first.get().front();
}

}  // namespace

TEST_CASE("first_nonfinite is the number of values where all are finite", "[kernels][finite]") {
  on_every_device([](Device& device) {
    for (const std::int64_t size : {0, 1, 31, 33, 255, 257, 16384, 16385, 100'003}) {
      INFO(size << " values");
      // The greatest float, and the smallest, are finite.
      std::vector<float> values = random_floats(size, 1, 3.4e38);
      if (size > 1) values.back() = 1e-45F;
      CHECK(first_of(device, values) == size);
    }
  });
}

TEST_CASE("first_nonfinite is the first of NaN and both infinities, wherever they are",
          "[kernels][finite]") {
  on_every_device([](Device& device) {
    constexpr std::int64_t size = 40'000;
    for (const float bad : {std::nanf(""), HUGE_VALF, -HUGE_VALF}) {
      for (const std::int64_t place : {0, 1, 31, 32, 255, 256, 16383, 16384, 39'998, 39'999}) {
        INFO(bad << " at " << place);
        std::vector<float> values = random_floats(size, 2);
        values[static_cast<std::size_t>(place)] = bad;
        CHECK(first_of(device, values) == place);
        for (const std::int64_t later : {place + 1, size - 1}) {
          if (later < size) values[static_cast<std::size_t>(later)] = std::nanf("");
        }
        CHECK(first_of(device, values) == place);
      }
    }
  });
}

TEST_CASE("first_nonfinite does not depend on the number of threads", "[kernels][finite]") {
  require_same_for_any_threads([](Device& device) {
    std::vector<float> values = random_floats(100'001, 3);
    values[70'000] = values[33'000] = values[99'999] = HUGE_VALF;
    return first_of(device, values);
  });
}

TEST_CASE("first_nonfinite refuses what it cannot answer", "[kernels][finite]") {
  on_every_device([](Device& device) {
    const DeviceArray<float> values(device, std::vector<float>(5));
    CHECK_THROWS_WITH(device.backend->run(*device.queue, FirstNonfiniteTask{values.vector(), {}}),
                      ContainsSubstring("no place for the first"));
  });
}
