// A CUDA device as a place to work: memory, streams, graphs, and what operations share of a queue.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "engine/device/backend.hpp"
#include "engine/device/cuda/cuda_queue.hpp"

namespace vgan::cuda {

/// The half of the CUDA backend that is no operation.
class CudaContext : public Backend {
 public:
  explicit CudaContext(int device);

  const DeviceInfo& info() const override { return info_; }
  Buffer allocate(std::size_t bytes, const std::string& what) override;
  std::unique_ptr<Queue> make_queue(const std::string& name) override;
  std::unique_ptr<Program> record(Queue& origin, std::function<void()> body) override;
  Buffer allocate_host(std::size_t bytes, const std::string& what) override;
  std::unique_ptr<Stopwatch> make_stopwatch() override;
  void upload(Queue& queue, const void* host, std::size_t bytes, void* device) override;
  void download(Queue& queue, const void* device, std::size_t bytes, void* host) override;
  void reserve_scratch(Queue& queue, std::size_t bytes) override;
  void push_range(const char* name, std::uint64_t number) override;
  void pop_range() override;
  void start_profiler() override;
  void stop_profiler() override;
  MatrixRef patch_memory(Queue& queue, std::int64_t rows, std::int64_t cols, ElementType type,
                         std::size_t product_scratch) override;

 protected:
  int device() const { return device_; }
  void use_device() const;
  /// The queue's stream, with its device current on this thread.
  cudaStream_t on(Queue& queue) const;
  /// The queue itself, for fused kernels, which go on with its chain.
  CudaQueue& chain(Queue& queue) const;
  /// The queue's scratch, for `count` of them: one operation's at a time.
  template <class T>
  T* scratch(Queue& queue, std::int64_t count) const {
    use_device();
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(T);
    return static_cast<T*>(static_cast<CudaQueue&>(queue).scratch(bytes));
  }
  /// The queue's scratch as an object, from which a kernel's launcher takes what it needs.
  QueueScratch scratch_of(Queue& queue) const;
  /// What is free now is what `info` calls the device's memory: to be called when all libraries
  /// are open.
  void count_free_memory();

  DeviceInfo info_;

 private:
  int device_;
  std::shared_ptr<Memory> memory_;
  std::unique_ptr<CudaQueue> setup_;
};

}  // namespace vgan::cuda
