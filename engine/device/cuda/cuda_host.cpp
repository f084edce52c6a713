#include "engine/device/cuda/cuda_host.hpp"

#include <algorithm>
#include <cstring>

#include "engine/base/error.hpp"
#include "engine/device/cuda/cuda_driver.hpp"
#include "engine/device/cuda/cuda_error.hpp"
#include "engine/device/cuda/cuda_queue.hpp"

namespace vgan::cuda {
namespace {

class PageLockedMemory final : public Memory {
 public:
  explicit PageLockedMemory(int device) : device_(device) {}
  void release(void* data, std::size_t) noexcept override {
    (void)make_current(device_);
    (void)cudaFreeHost(data);
  }

 private:
  int device_;
};

}  // namespace

Buffer allocate_page_locked(int device, std::size_t bytes, const std::string& what) {
  check(make_current(device), "cuCtxSetCurrent");
  const std::size_t rounded = std::max<std::size_t>(64, (bytes + 63) / 64 * 64);
  void* data = nullptr;
  const cudaError_t status = cudaMallocHost(&data, rounded);
  if (status == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();  // not sticky
    throw Error(ErrorCode::no_device,
                {"not enough memory for " + what, "page-locked memory of the host",
                 std::to_string(rounded >> 20) + " MiB wanted", "what the system grants",
                 "free the host of others"});
  }
  check(status, "cudaMallocHost");
  std::memset(data, 0, rounded);
  return {data, bytes, std::make_shared<PageLockedMemory>(device)};
}

CudaStopwatch::CudaStopwatch(int device) : device_(device) {
  check(make_current(device_), "cuCtxSetCurrent");
  check(cudaEventCreateWithFlags(start_.out(), cudaEventDefault), "cudaEventCreateWithFlags");
  check(cudaEventCreateWithFlags(stop_.out(), cudaEventDefault), "cudaEventCreateWithFlags");
}

CudaStopwatch::~CudaStopwatch() { (void)make_current(device_); }

// Without the flag an event of a capture would be no node, but a place between nodes that has no
// time. Outside a capture CUDA refuses the flag.
void CudaStopwatch::record(Queue& queue, cudaEvent_t event) const {
  check(make_current(device_), "cuCtxSetCurrent");
  auto& at = static_cast<CudaQueue&>(queue);
  at.end_chain();
  cudaStreamCaptureStatus status{};
  check(cudaStreamIsCapturing(at.stream(), &status), "cudaStreamIsCapturing");
  const bool captured = status != cudaStreamCaptureStatusNone;
  check(cudaEventRecordWithFlags(event, at.stream(),
                                 captured ? cudaEventRecordExternal : cudaEventRecordDefault),
        "cudaEventRecordWithFlags");
}

void CudaStopwatch::start(Queue& queue) { record(queue, start_.get()); }
void CudaStopwatch::stop(Queue& queue) { record(queue, stop_.get()); }

double CudaStopwatch::seconds() const { return between(start_.get(), stop_.get()); }

double CudaStopwatch::seconds_after(const Stopwatch& earlier) const {
  return between(static_cast<const CudaStopwatch&>(earlier).start_.get(), start_.get());
}

double CudaStopwatch::between(cudaEvent_t from, cudaEvent_t to) const {
  check(make_current(device_), "cuCtxSetCurrent");
  float milliseconds = 0.0F;
  check(cudaEventElapsedTime(&milliseconds, from, to), "cudaEventElapsedTime");
  return static_cast<double>(milliseconds) * 1e-3;
}

}  // namespace vgan::cuda
