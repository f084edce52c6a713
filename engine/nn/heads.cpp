#include "engine/nn/heads.hpp"

namespace vgan::nn {

Heads::Heads(Backend& backend, const std::vector<math::Head>& heads)
    : size_(static_cast<std::int64_t>(heads.size())) {
  if (heads.empty()) return;
  const std::size_t bytes = heads.size() * sizeof(math::Head);
  buffer_ = backend.allocate(bytes, "the heads of the outputs");
  const auto queue = backend.make_queue("heads");
  backend.upload(*queue, heads.data(), bytes, buffer_.data());
  queue->synchronise();
}

}  // namespace vgan::nn
