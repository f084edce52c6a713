#include "engine/device/cuda/cuda_queue.hpp"

#include <algorithm>
#include <cstring>

#include "engine/device/cuda/cuda_driver.hpp"
#include "engine/device/cuda/cuda_error.hpp"

namespace vgan::cuda {
namespace {

// Downloads up to here go through page-locked memory, so that they wait for nothing: reports do.
constexpr std::size_t staging_bytes = std::size_t{64} << 10;

}  // namespace

CudaQueue::CudaQueue(const std::string& name, int device) : Queue(name), device_(device) {
  use_device();
  check(cudaStreamCreateWithFlags(stream_.out(), cudaStreamNonBlocking),
        "cudaStreamCreateWithFlags");
  check(cudaEventCreateWithFlags(reached_.out(), cudaEventDisableTiming),
        "cudaEventCreateWithFlags");
}

void CudaQueue::use_device() const { check(make_current(device_), "cuCtxSetCurrent"); }

CudaQueue::~CudaQueue() {
  (void)make_current(device_);
  // Work may still point into this queue's memory.
  if (stream_.get() != nullptr) (void)cudaStreamSynchronize(stream_.get());
  for (void* block : scratch_) (void)cudaFree(block);
  if (workspace_ != nullptr) (void)cudaFree(workspace_);
  if (staging_ != nullptr) (void)cudaFreeHost(staging_);
}

void CudaQueue::wait_for(Queue& other) {
  use_device();
  auto& source = static_cast<CudaQueue&>(other);
  end_chain();
  check(cudaEventRecord(source.reached_.get(), source.stream()), "cudaEventRecord");
  check(cudaStreamWaitEvent(stream(), source.reached_.get(), 0), "cudaStreamWaitEvent");
}

void CudaQueue::synchronise() {
  use_device();
  check(cudaStreamSynchronize(stream()), "cudaStreamSynchronize");
  for (const Waiting& one : waiting_) std::memcpy(one.host, one.staged, one.bytes);
  waiting_.clear();
  staged_ = 0;
}

void CudaQueue::download(const void* device, std::size_t bytes, void* host) {
  if (bytes == 0) return;
  end_chain();
  use_device();
  if (staging_ == nullptr) {
    void* made = nullptr;
    // Without page-locked memory copies are slower, no more.
    if (cudaMallocHost(&made, staging_bytes) != cudaSuccess) (void)cudaGetLastError();
    staging_ = static_cast<std::byte*>(made);
  }
  if (staging_ == nullptr || staged_ + bytes > staging_bytes) {
    check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream()),
          "cudaMemcpyAsync");
    return;
  }
  std::byte* place = staging_ + staged_;
  check(cudaMemcpyAsync(place, device, bytes, cudaMemcpyDeviceToHost, stream()), "cudaMemcpyAsync");
  waiting_.push_back({place, bytes, host});
  staged_ += bytes;
}

bool CudaQueue::chain_moves(const void* weights) const {
  return std::find(moved_.begin(), moved_.end(), weights) != moved_.end();
}

void CudaQueue::extend_chain(std::vector<const void*> moved) {
  chained_ = true;
  moved_ = std::move(moved);
}

MatmulWorkspace CudaQueue::workspace() {
  if (workspace_ == nullptr) check(cudaMalloc(&workspace_, workspace_bytes), "cudaMalloc");
  return {workspace_, workspace_bytes};
}

void* QueueScratch::take_bytes(std::size_t bytes) { return queue_->scratch(bytes); }

void* CudaQueue::scratch(std::size_t bytes) {
  if (bytes > scratch_bytes_) {
    void* block = nullptr;
    check(cudaMalloc(&block, bytes), "cudaMalloc");
    scratch_.push_back(block);
    scratch_bytes_ = bytes;
  }
  return scratch_.back();
}

}  // namespace vgan::cuda
