// The tensor-core and copy instructions against plain loops: on the host executor their twins, on
// a device the instructions.
#include <array>
#include <cstring>
#include <string>

#include "tests/kernels/cuda/fused_case.hpp"
#include "tests/kernels/cuda/launcher_test.hpp"
#include "tests/kernels/cuda/matrix.hpp"
#include "tests/kernels/cuda/tensor_core_probe.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;

LAUNCHER_TEST_CASE("mma of bf16 is a product of 16 x 16 by 16 x 8", "[cuda][tensor_core]") {
  const auto a = random_values(16 * 16, 1, ElementType::bf16);
  const auto b = random_values(16 * 8, 2, ElementType::bf16);
  const auto c = random_values(16 * 8, 3);
  const CudaMatrix device_a(16, 16, a);
  const CudaMatrix device_b(16, 8, b);
  const CudaMatrix device_c(16, 8, c);
  REQUIRE(probe_mma_bf16(nullptr, device_a.vector().data, device_b.vector().data,
                         device_c.vector().data) == cudaSuccess);
  auto want = reference::product(a, b, 16, 16, 8);
  for (std::size_t i = 0; i < want.size(); ++i) want[i] += c[i];
  // 16 roundings of sums up to 4.
  require_close("c", device_c.get(), want, {4e-6, 0.0});
}

LAUNCHER_TEST_CASE("mma of tf32 is a product of 16 x 8 by 8 x 8", "[cuda][tensor_core]") {
  auto a = random_values(16 * 8, 1);
  auto b = random_values(8 * 8, 2);
  const auto c = random_values(16 * 8, 3);
  const CudaMatrix device_a(16, 8, a);
  const CudaMatrix device_b(8, 8, b);
  const CudaMatrix device_c(16, 8, c);
  REQUIRE(probe_mma_tf32(nullptr, device_a.vector().data, device_b.vector().data,
                         device_c.vector().data) == cudaSuccess);
  for (double& value : a) value = nearest_tf32(value);
  for (double& value : b) value = nearest_tf32(value);
  auto want = reference::product(a, b, 16, 8, 8);
  for (std::size_t i = 0; i < want.size(); ++i) want[i] += c[i];
  // 8 roundings of sums up to 4.
  require_close("c", device_c.get(), want, {2e-6, 0.0});
}

LAUNCHER_TEST_CASE("tf32 is the nearest, halves away from zero", "[cuda][tensor_core]") {
  std::vector<double> values = random_values(32, 4);
  values[0] = 1.0 + 0x1p-11;   // a half
  values[1] = -1.0 - 0x1p-11;  // and its negative
  values[2] = 1.0 + 0x1p-11 - 0x1p-20;
  values[3] = 2.0 - 0x1p-12;  // rounds up to a power of two
  values[4] = 0.0;
  values[5] = std::ldexp(1.0 + 3 * 0x1p-11, -100);
  const CudaMatrix in(1, 32, values);
  const CudaMatrix out(1, 32);
  REQUIRE(probe_tf32(nullptr, in.vector().data, out.vector().data) == cudaSuccess);
  const std::vector<double> got = out.get();
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO(i << ": " << values[i]);
    CHECK(got[i] == nearest_tf32(values[i]));
  }
  std::vector<double> special(32, 0.0);
  special[0] = HUGE_VAL;
  special[1] = std::nan("");
  const CudaMatrix odd(1, 32, special);
  REQUIRE(probe_tf32(nullptr, odd.vector().data, out.vector().data) == cudaSuccess);
  CHECK(std::isinf(out.get()[0]));
  CHECK(std::isnan(out.get()[1]));
}

LAUNCHER_TEST_CASE("ldmatrix gives each lane two neighbours of a row, or of a column",
                   "[cuda][tensor_core]") {
  // Element (row, col) of matrix j is 64 j + 8 row + col.
  struct Matrices {
    std::uint16_t at[256];
  } matrices{};
  for (std::uint16_t i = 0; i < 256; ++i) matrices.at[i] = i;
  const CudaValue<Matrices> in(matrices);
  using Registers = std::array<std::uint32_t, 32 * 6>;
  for (const bool transposed : {false, true}) {
    const CudaValue<Registers> out(Registers{});
    REQUIRE(probe_load_matrices(nullptr, transposed, in.data()->at,
                                reinterpret_cast<std::uint32_t*>(out.data())) == cudaSuccess);
    const Registers got = out.get();
    for (unsigned lane = 0; lane < 32; ++lane) {
      for (unsigned j = 0; j < 6; ++j) {
        const unsigned first = 64 * (j % 4) + (transposed ? 16 * (lane % 4) + lane / 4
                                                          : 8 * (lane / 4) + 2 * (lane % 4));
        const unsigned second = first + (transposed ? 8 : 1);
        INFO("lane " << lane << ", register " << j << ", transposed " << transposed);
        CHECK(got[lane * 6 + j] == (first | second << 16));
      }
    }
  }
}

LAUNCHER_TEST_CASE("asynchronous copies arrive by the wait, with zeros past their source",
                   "[cuda][tensor_core]") {
  for (const int bytes : {4, 8, 16}) {
    for (const int count : {0, 1, 2, 3, 4, 62, 63, 65, 127, 128}) {
      INFO(bytes << " bytes, " << count << " numbers");
      const auto values = random_values(std::max(count, 1), 5);
      const CudaMatrix in(1, std::max(count, 1), values);
      const CudaMatrix out(1, 128);
      REQUIRE(probe_copies(nullptr, CopyBug::none, bytes, in.vector().data, count,
                           out.vector().data) == cudaSuccess);
      std::vector<double> want(128, 0.0);
      for (int i = 0; i < count; ++i) {
        const int place = i < 64 ? 63 - i : 64 + 127 - i;
        want[static_cast<std::size_t>(place)] = values[static_cast<std::size_t>(i)];
      }
      CHECK(out.get() == want);
    }
  }
}

LAUNCHER_TEST_CASE("a chain of programmatic launches runs in its order", "[cuda][tensor_core]") {
  const CudaMatrix value(1, 1, {0.0});
  for (int i = 0; i < 8; ++i) {
    REQUIRE(probe_launch_order(nullptr, value.vector().data) == cudaSuccess);
  }
  CHECK(value.get()[0] == 8.0);
}
