// What the host shares with a device: page-locked memory, and the device's clock.
#pragma once

#include <cstddef>
#include <string>

#include "engine/device/backend.hpp"
#include "engine/device/cuda/handle.hpp"

namespace vgan::cuda {

/// Zeroed memory of the host that `device` copies to on its own. Throws no_device where the system
/// grants no more; `what` names it.
Buffer allocate_page_locked(int device, std::size_t bytes, const std::string& what);

/// Two events of a stream. While the stream is captured they become nodes of the graph.
class CudaStopwatch final : public Stopwatch {
 public:
  explicit CudaStopwatch(int device);
  ~CudaStopwatch() override;
  void start(Queue& queue) override;
  void stop(Queue& queue) override;
  double seconds() const override;
  double seconds_after(const Stopwatch& earlier) const override;

 private:
  double between(cudaEvent_t from, cudaEvent_t to) const;
  void record(Queue& queue, cudaEvent_t event) const;

  int device_;
  EventHandle start_, stop_;
};

}  // namespace vgan::cuda
