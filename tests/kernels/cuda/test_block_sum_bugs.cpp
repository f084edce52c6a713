// The host executor finds a sum over a block that has another number of threads than the sum says:
// CUB would read shared memory that nobody has written, or leave values out.
#include <string>
#include <vector>

#include "tests/kernels/cuda/block_sum_probe.hpp"
#include "tests/kernels/cuda/matrix.hpp"
#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("a block sum in a block of another size is found", "[cuda][block_sum]") {
  const CudaMatrix in(1, 512, std::vector<double>(512, 1.0));
  const CudaMatrix sum(1, 1);
  const auto finding = [&](int threads) -> std::string {
    simt::reset();
    REQUIRE(probe_block_of_256(nullptr, threads, in.vector().data, sum.vector().data) ==
            cudaSuccess);
    (void)cudaDeviceSynchronize();
    const std::vector<simt::Finding> findings = simt::take_findings();
    return findings.empty() ? "" : findings.front().what();
  };
  CHECK(finding(256).empty());
  CHECK(sum.get() == std::vector<double>{256.0});
  if (simt::interprets_ptx()) {  // which sees what CUB does, not what it was asked for
    CHECK_THAT(finding(128), ContainsSubstring("which nobody has written"));
    CHECK_THAT(finding(512), ContainsSubstring("512 threads to a block, and its bound is 256"));
  } else {
    CHECK_THAT(finding(128), ContainsSubstring("blocks of 256 threads in a block of (128,1,1)"));
    CHECK_THAT(finding(512), ContainsSubstring("blocks of 256 threads in a block of (512,1,1)"));
  }
  simt::reset();
}
