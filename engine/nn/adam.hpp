// Adam over a whole network: one operation of the seam.
#pragma once

#include "engine/device/backend.hpp"
#include "engine/nn/network.hpp"

namespace vgan::optim {

/// Kingma and Ba 2015, with the bias correction and the order of operations of
/// kernels/math/adam.hpp. The rate is read from the network's AdamState, in device memory.
class Adam {
 public:
  Adam(Backend& backend, const AdamOptions& options) : backend_(&backend), options_(options) {}

  /// Moves the weights by their gradients, and the EMA and all copies after them.
  void step(Queue& queue, nn::Network& network, StepState* state) {
    backend_->adam(queue, network.arena().adam(), state, options_);
    network.weights_moved(queue);
  }

 private:
  Backend* backend_;
  AdamOptions options_;
};

}  // namespace vgan::optim
