// The order of additions in a block, which results rest on: CUB's on a device, its twin's on the
// host executor, against the same order in plain loops, bit for bit.
#include "tests/kernels/cuda/block_sum_probe.hpp"

#include <cmath>
#include <vector>

#include "tests/kernels/cuda/launcher_test.hpp"
#include "tests/kernels/cuda/matrix.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

template <class T>
T in_order_of_a_warp(std::vector<T> lanes) {
  for (std::size_t distance = 1; distance < 32; distance *= 2) {
    // Each lane adds what another had before this round.
    const std::vector<T> before = lanes;
    for (std::size_t lane = 0; lane + distance < 32; ++lane) lanes[lane] += before[lane + distance];
  }
  return lanes.front();
}

template <class T>
T in_order_of_a_block(const std::vector<T>& values) {
  T sum{};
  for (std::size_t warp = 0; 32 * warp < values.size(); ++warp) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(32 * warp);
    const T of_warp = in_order_of_a_warp(std::vector<T>(first, first + 32));
    sum = warp == 0 ? of_warp : sum + of_warp;
  }
  return sum;
}

/// Numbers of many magnitudes, so that another order gives other bits.
template <class T>
std::vector<T> spread_values(int count, std::uint64_t seed) {
  std::vector<T> values;
  int exponent = 0;
  for (const double value : random_values(count, seed)) {
    exponent = (exponent + 7) % 20;
    values.push_back(static_cast<T>(std::ldexp(value, exponent)));
  }
  return values;
}

/// Plain values in device memory.
template <class T>
class Values {
 public:
  explicit Values(const std::vector<T>& values) {
    require_cuda(cudaMalloc(&data_, values.size() * sizeof(T)));
    require_cuda(
        cudaMemcpy(data_, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
  }
  ~Values() { cudaFree(data_); }
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;
  const T* data() const { return static_cast<const T*>(data_); }

 private:
  void* data_ = nullptr;
};

template <class T>
void require_order() {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    simt::reset(seed);
    for (const int threads : {32, 256, 1024}) {
      INFO(threads << " threads, " << sizeof(T) << " bytes, seed " << seed);
      const std::vector<T> values = spread_values<T>(threads, seed);
      const Values<T> in(values);
      const CudaValue<T> sum(T{});
      REQUIRE(probe_block_sum(nullptr, threads, in.data(), sum.data()) == cudaSuccess);
      CHECK(sum.get() == in_order_of_a_block(values));
    }
    const std::vector<T> lanes = spread_values<T>(32, seed);
    const Values<T> in(lanes);
    const CudaValue<T> sum(T{});
    REQUIRE(probe_warp_sum(nullptr, in.data(), sum.data()) == cudaSuccess);
    CHECK(sum.get() == in_order_of_a_warp(lanes));
  }
  simt::reset();
}

}  // namespace

LAUNCHER_TEST_CASE("sums over blocks and warps have one order, bit for bit",
                   "[cuda][kernels][block_sum]") {
  require_order<float>();
  require_order<double>();
  require_order<int>();
}

LAUNCHER_TEST_CASE("the numbers of that test tell orders apart", "[cuda][kernels][block_sum]") {
  const std::vector<float> values = spread_values<float>(256, 1);
  float in_turn = 0.0F;
  for (const float value : values) in_turn += value;
  std::vector<float> reversed(values.rbegin(), values.rend());
  CHECK(in_turn != in_order_of_a_block(values));
  CHECK(in_order_of_a_block(reversed) != in_order_of_a_block(values));
}
