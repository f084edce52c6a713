// What kernel code is promised: barriers, warp operations, atomics, cuRAND's words, grid barriers.
#include <algorithm>
#include <set>

#include "kernels/math/philox.hpp"
#include "tests/simt/planted.hpp"
#include "tests/simt/test_fixture.hpp"

namespace vgan::simt_tests {
namespace {

TEST_CASE("simt: a block reverses its values through shared memory", "[simt]") {
  const Clean clean;
  std::vector<float> host(64 * 5);
  for (std::size_t i = 0; i < host.size(); ++i) host[i] = static_cast<float>(i);
  const DeviceValues<float> values(host);
  SIMT_OK(run_barrier(nullptr, Bug::none, values.data(), values.size()));
  for (std::size_t b = 0; b < host.size(); b += 64)
    std::reverse(host.begin() + static_cast<long>(b), host.begin() + static_cast<long>(b) + 64);
  CHECK(values.get() == host);
}

TEST_CASE("simt: warp operations", "[simt]") {
  const Clean clean;
  const DeviceValues<int> out(32 * warp_operation_count);
  SIMT_OK(warp_operations(nullptr, out.data()));
  const std::vector<int> got = out.get();
  for (int lane = 0; lane < 32; ++lane) {
    const auto result = [&](int op) { return got[static_cast<std::size_t>(op * 32 + lane)]; };
    CHECK(result(0) == 3);
    CHECK(result(1) == lane / 8 * 8 + 3);
    CHECK(result(2) == (lane == 0 ? 0 : lane - 1));
    CHECK(result(3) == (lane >= 30 ? lane : lane + 2));
    CHECK(result(4) == (lane % 4 == 3 ? lane : lane + 1));
    CHECK(result(5) == (lane ^ 16));
    CHECK(result(6) == 12);
    CHECK(result(7) == 0x49249249);
    CHECK(result(8) == 1);
    CHECK(result(9) == 0);
    CHECK(result(10) == 31 * 32 / 2 - 32);
    CHECK(result(11) == -5);
    CHECK(result(12) == 31);
    CHECK(result(13) == 8);
    CHECK(result(14) == 1);
  }
}

TEST_CASE("simt: blocks run in an order that the seed picks", "[simt]") {
  std::set<std::vector<int>> orders;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const Clean clean(seed);
    const DeviceValues<int> order(20);
    const DeviceValues<int> cursor(std::vector<int>{0});
    SIMT_OK(block_order(nullptr, 20, order.data(), cursor.data()));
    std::vector<int> got = order.get();
    orders.insert(got);
    std::sort(got.begin(), got.end());
    for (int i = 0; i < 20; ++i) CHECK(got[static_cast<std::size_t>(i)] == i);
  }
  CHECK(orders.size() == 4);
}

TEST_CASE("simt: atomics", "[simt]") {
  const Clean clean;
  const DeviceValues<int> out(std::vector<int>{0, 0, 0, 0, 64});
  SIMT_OK(atomics(nullptr, 3, out.data()));
  const std::vector<int> got = out.get();
  CHECK(got[0] == 191 * 192 / 2);
  CHECK(got[1] == 191);
  CHECK(got[2] == -191);
  CHECK(got[3] == 255);
  CHECK(got[4] > 64);
}

TEST_CASE("simt: a cooperative launch has barriers of the grid, and each block its shared memory",
          "[simt]") {
  constexpr int blocks = 7;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const Clean clean(seed);
    std::vector<float> host(blocks * 64);
    float sum = 0.0F;
    for (std::size_t i = 0; i < host.size(); ++i) sum += host[i] = static_cast<float>(i % 10);
    const DeviceValues<float> values(host);
    const DeviceValues<float> partial(blocks);
    const DeviceValues<float> out(host.size());
    if (!simt::has_memory_hooks()) {
      CHECK(grid_sum(nullptr, blocks, values.data(), partial.data(), out.data()) ==
            cudaErrorNotSupported);
      CHECK_THAT(simt::take_findings().at(0).what(), ContainsSubstring("static shared memory"));
      continue;
    }
    SIMT_OK(grid_sum(nullptr, blocks, values.data(), partial.data(), out.data()));
    const std::vector<float> got = out.get();
    for (std::size_t i = 0; i < host.size(); ++i) CHECK(got[i] == sum + host[i]);
  }
}

TEST_CASE("simt: dynamic shared memory above 48 KiB must be asked for", "[simt]") {
  const Clean clean;
  const DeviceValues<float> out(1);
  CHECK(use_dynamic(nullptr, 50000, false, out.data()) == cudaErrorInvalidValue);
  SIMT_OK(use_dynamic(nullptr, 100000, true, out.data()));
  CHECK(out.get()[0] == 7.0F);
  CHECK(use_dynamic(nullptr, 300000, true, out.data()) == cudaErrorInvalidValue);
}

TEST_CASE("simt: launches of shapes that a device refuses are refused", "[simt]") {
  const Clean clean;
  CHECK(bad_shape(nullptr, 0) == cudaErrorInvalidConfiguration);
  CHECK(bad_shape(nullptr, 1025) == cudaErrorInvalidConfiguration);
  SIMT_OK(bad_shape(nullptr, 1024));
  SIMT_OK(cudaDeviceSynchronize());
}

TEST_CASE("simt: cuRAND's words are the project's Philox", "[simt]") {
  const Clean clean;
  const DeviceValues<std::uint32_t> out(4 * 32);
  SIMT_OK(philox_words(nullptr, 42, 17, out.data()));
  const std::vector<std::uint32_t> got = out.get();
  for (std::uint64_t block = 0; block < 32; ++block) {
    const math::Words4 words = math::philox_block(42, 17, block);
    CHECK(got[4 * block] == words.x);
    CHECK(got[4 * block + 3] == words.w);
  }
}

TEST_CASE("simt: kernels that ran are counted by name", "[simt]") {
  const Clean clean;
  const DeviceValues<float> values(std::vector<float>(8, 1.0F));
  SIMT_OK(scale_add(nullptr, values.data(), 8, 2.0F, 0.0F));
  SIMT_OK(scale_add(nullptr, values.data(), 8, 2.0F, 0.0F));
  CHECK(values.get()[7] == 4.0F);
  const auto& kernels = simt::launched_kernels();
  REQUIRE(kernels.size() == 1);
  CHECK(kernels.begin()->second == 2);
  CHECK_THAT(kernels.begin()->first, ContainsSubstring("scale_add_kernel"));
  CHECK_THAT(simt::report(), ContainsSubstring("scale_add_kernel: 2"));
}

}  // namespace
}  // namespace vgan::simt_tests
