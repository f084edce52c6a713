// The memory of networks, to be put back as it was.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/nn/network.hpp"

namespace vgan {

/// A copy, in the host's memory, of all that a step moves: weights, gradients, moments, averages
/// and copies of weights, bit for bit.
class SavedNetworks {
 public:
  /// Copies what is there when `queue` comes to it, and waits for it.
  SavedNetworks(Backend& backend, Queue& queue, const std::vector<nn::Network*>& networks);
  /// Puts it back, and waits for that.
  void restore(Queue& queue) const;

 private:
  struct Block {
    const Buffer* device;
    std::vector<std::byte> bytes;
  };

  Backend* backend_;
  std::vector<Block> blocks_;
};

}  // namespace vgan
