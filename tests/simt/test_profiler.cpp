// What the executor sees of a profiler's calls.
#include <cuda_profiler_api.h>
#include <nvtx3/nvToolsExt.h>

#include <map>
#include <string>

#include "tests/simt/planted.hpp"
#include "tests/simt/test_fixture.hpp"

namespace vgan::simt_tests {
namespace {

void open_range(const char* name) {
  nvtxEventAttributes_t attributes{};
  attributes.message.ascii = name;
  nvtxDomainRangePushEx(nullptr, &attributes);
}

TEST_CASE("simt: kernels that run while a profiler is on are counted", "[simt]") {
  const Clean clean;
  const Stream stream;
  const DeviceValues<float> values(std::vector<float>(8, 1.0F));
  const auto run = [&] {
    SIMT_OK(scale_add(stream, values.data(), 8, 2.0F, 0.0F));
    SIMT_OK(cudaStreamSynchronize(stream));
  };
  run();
  SIMT_OK(cudaProfilerStart());
  run();
  run();
  SIMT_OK(cudaProfilerStop());
  run();
  REQUIRE(simt::launched_kernels().size() == 1);
  CHECK(simt::launched_kernels().begin()->second == 4);
  CHECK(simt::profiled_kernels() ==
        std::map<std::string, std::uint64_t>{{simt::launched_kernels().begin()->first, 2}});
}

TEST_CASE("simt: ranges are counted by their place, and a stray end is found", "[simt]") {
  const Clean clean;
  open_range("a");
  open_range("b");
  CHECK(nvtxDomainRangePop(nullptr) == 1);
  open_range("b");
  CHECK(nvtxDomainRangePop(nullptr) == 1);
  CHECK(nvtxDomainRangePop(nullptr) == 0);
  open_range("b");
  CHECK(nvtxDomainRangePop(nullptr) == 0);
  CHECK(simt::named_ranges() ==
        std::map<std::string, std::uint64_t>{{"a", 1}, {"a/b", 2}, {"b", 1}});
  CHECK_THAT(finding_of([] { (void)nvtxDomainRangePop(nullptr); }),
             ContainsSubstring("was not opened"));
}

}  // namespace
}  // namespace vgan::simt_tests
