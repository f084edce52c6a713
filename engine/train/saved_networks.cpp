#include "engine/train/saved_networks.hpp"

namespace vgan {

SavedNetworks::SavedNetworks(Backend& backend, Queue& queue,
                             const std::vector<nn::Network*>& networks)
    : backend_(&backend) {
  for (const nn::Network* network : networks) {
    for (const Buffer* memory : network->memory()) {
      blocks_.push_back({memory, std::vector<std::byte>(memory->bytes())});
    }
  }
  for (Block& block : blocks_) {
    backend.download(queue, block.device->data(), block.bytes.size(), block.bytes.data());
  }
  queue.synchronise();
}

void SavedNetworks::restore(Queue& queue) const {
  for (const Block& block : blocks_) {
    backend_->upload(queue, block.bytes.data(), block.bytes.size(), block.device->data());
  }
  queue.synchronise();
}

}  // namespace vgan
