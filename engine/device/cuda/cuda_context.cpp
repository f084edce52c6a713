#include "engine/device/cuda/cuda_context.hpp"

#include <algorithm>

#include <cuda_profiler_api.h>

#include "engine/base/error.hpp"
#include "engine/device/cuda/cuda_driver.hpp"
#include "engine/device/cuda/cuda_error.hpp"
#include "engine/device/cuda/cuda_graph.hpp"
#include "engine/device/cuda/cuda_host.hpp"
#include "engine/device/cuda/ranges.hpp"

namespace vgan::cuda {
namespace {

// Not there for a run's own memory: the workspaces of three queues, code that CUDA loads on first
// use, graphs, and what allocations are rounded up by.
constexpr std::size_t reserved_bytes = std::size_t{256} << 20;

class DeviceMemory final : public Memory {
 public:
  explicit DeviceMemory(int device) : device_(device) {}
  void release(void* data, std::size_t) noexcept override {
    (void)make_current(device_);
    (void)cudaFree(data);
  }

 private:
  int device_;
};

}  // namespace

CudaContext::CudaContext(int device)
    : device_(device), memory_(std::make_shared<DeviceMemory>(device)) {
  use_device();
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, device_), "cudaGetDeviceProperties");
  setup_ = std::make_unique<CudaQueue>("setup", device_);
  info_.name = properties.name;
  info_.kind = "cuda";
  info_.asynchronous = true;
  info_.captures = true;
}

void CudaContext::count_free_memory() {
  std::size_t free_bytes = 0;
  std::size_t total_bytes = 0;
  check(cudaMemGetInfo(&free_bytes, &total_bytes), "cudaMemGetInfo");
  info_.memory = free_bytes - std::min(free_bytes, reserved_bytes);
}

Buffer CudaContext::allocate(std::size_t bytes, const std::string& what) {
  use_device();
  const std::size_t rounded = std::max<std::size_t>(64, (bytes + 63) / 64 * 64);
  void* data = nullptr;
  const cudaError_t status = cudaMalloc(&data, rounded);
  if (status == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();  // not sticky: the device is as it was
    throw Error(ErrorCode::no_device,
                {"not enough memory for " + what, info_.name,
                 std::to_string(rounded >> 20) + " MiB wanted", "what is free on the device",
                 "use a smaller --batch, narrower layers, or free the device of others"});
  }
  check(status, "cudaMalloc");
  Buffer buffer(data, bytes, memory_);
  check(cudaMemsetAsync(data, 0, rounded, setup_->stream()), "cudaMemsetAsync");
  setup_->synchronise();
  return buffer;
}

std::unique_ptr<Queue> CudaContext::make_queue(const std::string& name) {
  return std::make_unique<CudaQueue>(name, device_);
}

std::unique_ptr<Program> CudaContext::record(Queue& queue, std::function<void()> body) {
  use_device();
  return capture(static_cast<CudaQueue&>(queue), device_, body);
}

void CudaContext::reserve_scratch(Queue& queue, std::size_t bytes) {
  if (bytes > 0) (void)scratch<std::byte>(queue, static_cast<std::int64_t>(bytes));
}

QueueScratch CudaContext::scratch_of(Queue& queue) const {
  return QueueScratch(static_cast<CudaQueue&>(queue));
}

void CudaContext::push_range(const char* name, std::uint64_t number) {
  cuda::push_range(name, number);
}

void CudaContext::pop_range() { cuda::pop_range(); }

void CudaContext::start_profiler() {
  use_device();
  check(cudaProfilerStart(), "cudaProfilerStart");
}

void CudaContext::stop_profiler() {
  use_device();
  check(cudaProfilerStop(), "cudaProfilerStop");
}

void CudaContext::upload(Queue& queue, const void* host, std::size_t bytes, void* device) {
  if (bytes == 0) return;
  check(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, on(queue)), "cudaMemcpyAsync");
}

void CudaContext::download(Queue& queue, const void* device, std::size_t bytes, void* host) {
  use_device();
  static_cast<CudaQueue&>(queue).download(device, bytes, host);
}

MatrixRef CudaContext::patch_memory(Queue& queue, std::int64_t rows, std::int64_t cols,
                                    ElementType type, std::size_t product_scratch) {
  // Products take the scratch from its start.
  const std::size_t first = (product_scratch + 255) / 256 * 256;
  const std::size_t bytes =
      std::max<std::size_t>(1, static_cast<std::size_t>(rows * cols) * element_size(type));
  auto* memory = scratch<std::byte>(queue, static_cast<std::int64_t>(first + bytes));
  return {memory + first, type, rows, cols, cols};
}

Buffer CudaContext::allocate_host(std::size_t bytes, const std::string& what) {
  return allocate_page_locked(device_, bytes, what);
}

std::unique_ptr<Stopwatch> CudaContext::make_stopwatch() {
  return std::make_unique<CudaStopwatch>(device_);
}

void CudaContext::use_device() const { check(make_current(device_), "cuCtxSetCurrent"); }

cudaStream_t CudaContext::on(Queue& queue) const {
  CudaQueue& at = chain(queue);
  at.end_chain();
  return at.stream();
}

CudaQueue& CudaContext::chain(Queue& queue) const {
  use_device();
  return static_cast<CudaQueue&>(queue);
}

}  // namespace vgan::cuda
