// What a profiler would see: the ranges that the host names, and the kernels that run while it is
// told to take them.
#include <cuda_profiler_api.h>
#include <nvtx3/nvToolsExt.h>

#include <map>
#include <string>
#include <vector>

#include "tests/simt/control.hpp"
#include "tests/simt/simt.hpp"

namespace simt {

namespace {

struct Profiler {
  bool on = false;
  std::map<std::string, std::uint64_t> kernels;
  std::map<std::string, std::uint64_t> ranges;
  std::vector<std::string> open;  // paths of the ranges that are open, the innermost last
};

Profiler& profiler() {
  static Profiler instance;
  return instance;
}

cudaError_t switch_profiler(const char* call, bool on) {
  return api(call, [on] {
    profiler().on = on;
    return cudaSuccess;
  });
}

}  // namespace

void note_profiled(const std::string& kernel) {
  if (profiler().on) ++profiler().kernels[kernel];
}

void forget_profiled() { profiler() = {}; }

const std::map<std::string, std::uint64_t>& profiled_kernels() { return profiler().kernels; }

const std::map<std::string, std::uint64_t>& named_ranges() { return profiler().ranges; }

}  // namespace simt

using simt::profiler;

cudaError_t cudaProfilerStart() { return simt::switch_profiler("cudaProfilerStart", true); }

cudaError_t cudaProfilerStop() { return simt::switch_profiler("cudaProfilerStop", false); }

int nvtxDomainRangePushEx(nvtxDomainHandle_t, const nvtxEventAttributes_t* attributes) {
  const std::lock_guard lock(simt::runtime_mutex());
  auto& open = profiler().open;
  const std::string outer = open.empty() ? "" : open.back() + "/";
  open.push_back(outer + attributes->message.ascii);
  ++profiler().ranges[open.back()];
  return static_cast<int>(open.size()) - 1;
}

int nvtxDomainRangePop(nvtxDomainHandle_t) {
  const std::lock_guard lock(simt::runtime_mutex());
  auto& open = profiler().open;
  if (open.empty()) {
    simt::record_finding("an NVTX range is closed that was not opened");
    return -1;
  }
  open.pop_back();
  return static_cast<int>(open.size());
}
