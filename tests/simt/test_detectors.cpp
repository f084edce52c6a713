// Each planted bug is found, and its right twin is not.
#include <cmath>

#include "tests/simt/planted.hpp"
#include "tests/simt/test_fixture.hpp"

namespace vgan::simt_tests {
namespace {

using Run = cudaError_t (*)(cudaStream_t, Bug, float*, int);

// Over several seeds: the order of blocks, warps and lanes must not hide a bug.
void expect_found(Run run, Bug bug, const std::string& text, cudaError_t error) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Clean clean(seed);
    const Stream stream;
    const DeviceValues<float> values(std::vector<float>(64, 1.0F));
    SIMT_OK(run(stream, bug, values.data(), values.size()));
    CHECK(cudaStreamSynchronize(stream) == error);
    CHECK(cudaMemsetAsync(values.data(), 0, 4, stream) == error);  // sticky
    CHECK(std::string(cudaGetErrorString(error)).find(text) != std::string::npos);
    const std::vector<simt::Finding> findings = simt::take_findings();
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings[0].what(), ContainsSubstring(text));
    CHECK_THAT(findings[0].what(), ContainsSubstring("kernel vgan::simt_tests::"));
    CHECK_THAT(findings[0].what(), ContainsSubstring("block ("));
    // The process goes on: the right twin, on the same fibres.
    SIMT_OK(run(stream, Bug::none, values.data(), values.size()));
    SIMT_OK(cudaStreamSynchronize(stream));
  }
}

void expect_found(Run run, Bug bug, const std::string& text) {
  expect_found(run, bug, text, cudaErrorLaunchFailure);
}

void expect_clean(Run run) {
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    const Clean clean(seed);
    const DeviceValues<float> values(std::vector<float>(64, 1.0F));
    CHECK(finding_of([&] { run(nullptr, Bug::none, values.data(), values.size()); }).empty());
    for (const float value : values.get()) CHECK(std::isfinite(value));
  }
}

TEST_CASE("simt: right kernels have no findings", "[simt]") {
  for (const Run run : {run_barrier, run_warp, run_global, run_shared, run_dynamic, run_race})
    expect_clean(run);
}

TEST_CASE("simt: a barrier that some threads miss is found", "[simt]") {
  expect_found(run_barrier, Bug::divergent_barrier, "__syncthreads");
}

TEST_CASE("simt: a thread that leaves before the barrier is found", "[simt]") {
  expect_found(run_barrier, Bug::exit_before_barrier, "left the kernel");
}

TEST_CASE("simt: a shuffle whose mask leaves out the caller is found", "[simt]") {
  expect_found(run_warp, Bug::shuffle_outside_mask, "mask does not name lane");
}

TEST_CASE("simt: a shuffle from an inactive lane is found", "[simt]") {
  expect_found(run_warp, Bug::shuffle_inactive, "shuffles from lane 20");
}

TEST_CASE("simt: a ballot that names lanes which have left is found", "[simt]") {
  expect_found(run_warp, Bug::ballot_exited, "left the kernel");
}

TEST_CASE("simt: a ballot that names lanes which wait elsewhere is found", "[simt]") {
  expect_found(run_warp, Bug::ballot_divergent, "different warp operations");
}

TEST_CASE("simt: an exchange between lanes that do not all ask for the same is found", "[simt]") {
  expect_found(run_warp, Bug::exchange_sizes, "different warp operations");
  expect_found(run_warp, Bug::exchange_divergent, "different warp operations");
}

TEST_CASE("simt: a global access past an allocation is found", "[simt]") {
  NEEDS_HOOKS();
  expect_found(run_global, Bug::global_past_end,
               "writes 4 bytes, which ends 4 bytes past allocation", cudaErrorIllegalAddress);
}

TEST_CASE("simt: a global access before an allocation is found", "[simt]") {
  NEEDS_HOOKS();
  expect_found(run_global, Bug::global_before_begin, "reads 4 bytes, which is 4 bytes before",
               cudaErrorIllegalAddress);
}

TEST_CASE("simt: freed device memory in a kernel is found", "[simt]") {
  NEEDS_HOOKS();
  const Clean clean;
  float* freed = nullptr;
  SIMT_OK(cudaMalloc(&freed, 256));
  SIMT_OK(cudaFree(freed));
  CHECK_THAT(finding_of([&] { scale_add(nullptr, freed, 8, 1.0F, 1.0F); }),
             ContainsSubstring("which was freed"));
}

TEST_CASE("simt: host memory in a kernel is found", "[simt]") {
  NEEDS_HOOKS();
  expect_found(run_global, Bug::host_memory, "of the host's memory", cudaErrorIllegalAddress);
}

TEST_CASE("simt: a vector at a misaligned address is found", "[simt]") {
  NEEDS_HOOKS();
  expect_found(run_global, Bug::misaligned, "misaligned address", cudaErrorMisalignedAddress);
}

TEST_CASE("simt: an access past a shared array is found", "[simt]") {
  NEEDS_HOOKS();
  expect_found(run_shared, Bug::shared_past_end, "tile", cudaErrorIllegalAddress);
}

TEST_CASE("simt: an access past dynamic shared memory is found", "[simt]") {
  NEEDS_HOOKS();
  expect_found(run_dynamic, Bug::dynamic_past_end, "offset 256 of its dynamic shared memory of 256",
               cudaErrorIllegalAddress);
}

TEST_CASE("simt: shared memory that nobody wrote is NaN in every block", "[simt]") {
  const Clean clean;
  const DeviceValues<float> values(std::vector<float>(64, 1.0F));
  SIMT_OK(run_shared(nullptr, Bug::none, values.data(), values.size()));
  CHECK(values.get()[0] == 2.0F);
  SIMT_OK(run_shared(nullptr, Bug::unset_shared, values.data(), values.size()));
  for (const float value : values.get()) CHECK(std::isnan(value));
}

TEST_CASE("simt: fresh device memory and pinned memory are NaN", "[simt]") {
  const Clean clean;
  const DeviceValues<float> fresh(100);
  for (const float value : fresh.get()) CHECK(std::isnan(value));
  float* pinned = nullptr;
  SIMT_OK(cudaMallocHost(&pinned, 64));
  CHECK(std::isnan(pinned[15]));
  SIMT_OK(cudaFreeHost(pinned));
}

TEST_CASE("simt: races in shared memory are found", "[simt]") {
  NEEDS_HOOKS();
  SECTION("a read of another warp's value") {
    expect_found(run_race, Bug::race_write_read, "with no barrier between");
  }
  SECTION("a write over what another warp reads") {
    expect_found(run_race, Bug::race_read_write, "with no barrier between");
  }
  SECTION("two writes of one word") {
    expect_found(run_race, Bug::race_write_write, "writes 4 bytes of shared memory");
  }
  SECTION("a read of another lane's value with no __syncwarp") {
    expect_found(run_race, Bug::race_in_warp, "with no barrier between");
  }
  SECTION("a plain read beside atomics") {
    expect_found(run_race, Bug::race_atomic, "with no barrier between");
  }
}

}  // namespace
}  // namespace vgan::simt_tests
