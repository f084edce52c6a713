// A queue is a stream, the event that others wait for, and memory of its own for products.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/device/buffer.hpp"
#include "engine/device/cuda/handle.hpp"
#include "engine/device/queue.hpp"
#include "kernels/cuda/products/matmul.hpp"
#include "kernels/cuda/scratch.hpp"

namespace vgan::cuda {

class CudaQueue;

/// A queue's scratch as kernels ask for it.
class QueueScratch final : public Scratch {
 public:
  explicit QueueScratch(CudaQueue& queue) : queue_(&queue) {}

 private:
  void* take_bytes(std::size_t bytes) override;

  CudaQueue* queue_;
};

class CudaQueue final : public Queue {
 public:
  /// cuBLASLt's own recommendation for Hopper, and more than older devices ask for.
  static constexpr std::size_t workspace_bytes = std::size_t{32} << 20;

  CudaQueue(const std::string& name, int device);
  ~CudaQueue() override;

  void wait_for(Queue& other) override;
  void synchronise() override;

  /// The host memory is filled by `synchronise`.
  void download(const void* device, std::size_t bytes, void* host);

  cudaStream_t stream() const { return stream_.get(); }

  /// Fused kernels may overlap with the fused kernel just before them on this queue
  /// (kernels/cuda/fused/tensor_core.hpp has the rule). `continues_chain` is whether there is one,
  /// with nothing in between and no wait for another queue.
  bool continues_chain() const { return chained_; }
  /// Whether that kernel moves the weights that start at `weights`.
  bool chain_moves(const void* weights) const;
  /// A fused kernel was put on this queue; `moved`: starts of all weights and copies of weights
  /// that it writes.
  void extend_chain(std::vector<const void*> moved);
  /// Anything else was put here.
  void end_chain() { chained_ = false; }

  /// For one product at a time, made when the first is put on this queue.
  MatmulWorkspace workspace();
  /// At least `bytes`, for use by one operation at a time on this queue. Blocks that recorded
  /// programs may point to live as long as the queue.
  void* scratch(std::size_t bytes);

 private:
  void use_device() const;

  struct Waiting {
    const std::byte* staged;
    std::size_t bytes;
    void* host;
  };

  int device_;
  StreamHandle stream_;
  EventHandle reached_;
  void* workspace_ = nullptr;
  std::vector<void*> scratch_;
  std::size_t scratch_bytes_ = 0;
  std::byte* staging_ = nullptr;  ///< page-locked
  std::size_t staged_ = 0;
  std::vector<Waiting> waiting_;
  bool chained_ = false;
  std::vector<const void*> moved_;
};

}  // namespace vgan::cuda
