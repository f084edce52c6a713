// A step as a CUDA graph: captured once, launched for each replay.
#pragma once

#include <functional>
#include <memory>

#include "engine/device/backend.hpp"
#include "engine/device/cuda/cuda_queue.hpp"

namespace vgan::cuda {

/// Captures what `body` puts on `origin` and on the queues that join it. `device` is current.
/// Throws what `body` throws, with the capture ended.
std::unique_ptr<Program> capture(CudaQueue& origin, int device, const std::function<void()>& body);

}  // namespace vgan::cuda
