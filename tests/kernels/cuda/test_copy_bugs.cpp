// What the host executor finds of asynchronous copies that a kernel does not wait for, or may not
// make.
#include <string>

#include "tests/kernels/cuda/fused_case.hpp"
#include "tests/kernels/cuda/matrix.hpp"
#include "tests/kernels/cuda/tensor_core_probe.hpp"
#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/device.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// The text of the one finding; "" if there is none.
std::string take_finding() {
  cudaDeviceSynchronize();
  const std::vector<simt::Finding> findings = simt::take_findings();
  return findings.empty() ? "" : findings.front().what();
}

}  // namespace

TEST_CASE("copies that are not waited for, or not allowed, are found", "[cuda][tensor_core]") {
  simt::reset();
  const CudaMatrix in(1, 128, random_values(128, 5));
  const CudaMatrix out(1, 128);
  const auto run = [&](CopyBug bug, int count = 128) {
    simt::reset();
    REQUIRE(probe_copies(nullptr, bug, 16, in.vector().data, count, out.vector().data) ==
            cudaSuccess);
    return take_finding();
  };
  if (simt::interprets_ptx()) {
    CHECK(!run(CopyBug::no_wait).empty());
    CHECK_THAT(run(CopyBug::to_global), ContainsSubstring("to outside of its shared memory"));
    CHECK(!run(CopyBug::late_wait).empty());
  } else {
    CHECK(run(CopyBug::no_wait).empty());
    for (const double value : out.get()) CHECK(std::isnan(value));
    CHECK_THAT(run(CopyBug::to_global), ContainsSubstring("to global memory"));
  }
  CHECK_THAT(run(CopyBug::misaligned), ContainsSubstring("from a misaligned address"));
  if (simt::has_memory_hooks()) {
    CHECK_THAT(run(CopyBug::no_barrier), ContainsSubstring("no barrier between"));
    if (!simt::interprets_ptx())
      CHECK_THAT(run(CopyBug::late_wait), ContainsSubstring("no barrier between"));
    // 100 numbers are 400 bytes; the copy of the last 16 begins inside.
    const CudaMatrix less(1, 99, random_values(99, 5));
    simt::reset();
    REQUIRE(probe_copies(nullptr, CopyBug::past_source, 16, less.vector().data, 99,
                         out.vector().data) == cudaSuccess);
    CHECK_THAT(take_finding(), ContainsSubstring("reads 16 bytes"));
  }
  CHECK(run(CopyBug::none).empty());
  simt::reset();
}
