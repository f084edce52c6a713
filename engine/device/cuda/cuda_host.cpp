#include "engine/device/cuda/cuda_host.hpp"

#include <algorithm>
#include <cstring>

#include "engine/base/error.hpp"
#include "engine/device/cuda/cuda_error.hpp"
#include "engine/device/cuda/cuda_queue.hpp"

namespace vgan::cuda {
namespace {

class PageLockedMemory final : public Memory {
 public:
  explicit PageLockedMemory(int device) : device_(device) {}
  void release(void* data, std::size_t) noexcept override {
    (void)cudaSetDevice(device_);
    (void)cudaFreeHost(data);
  }

 private:
  int device_;
};

}  // namespace

Buffer allocate_page_locked(int device, std::size_t bytes, const std::string& what) {
  check(cudaSetDevice(device), "cudaSetDevice");
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
  check(cudaSetDevice(device_), "cudaSetDevice");
  check(cudaEventCreateWithFlags(start_.out(), cudaEventDefault), "cudaEventCreateWithFlags");
  check(cudaEventCreateWithFlags(stop_.out(), cudaEventDefault), "cudaEventCreateWithFlags");
}

void CudaStopwatch::record(Queue& queue, cudaEvent_t event) const {
  check(cudaSetDevice(device_), "cudaSetDevice");
  check(cudaEventRecord(event, static_cast<CudaQueue&>(queue).stream()), "cudaEventRecord");
}

void CudaStopwatch::start(Queue& queue) { record(queue, start_.get()); }
void CudaStopwatch::stop(Queue& queue) { record(queue, stop_.get()); }

double CudaStopwatch::seconds() const {
  check(cudaSetDevice(device_), "cudaSetDevice");
  float milliseconds = 0.0F;
  check(cudaEventElapsedTime(&milliseconds, start_.get(), stop_.get()), "cudaEventElapsedTime");
  return static_cast<double>(milliseconds) * 1e-3;
}

}  // namespace vgan::cuda
