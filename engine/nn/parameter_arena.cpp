#include "engine/nn/parameter_arena.hpp"

namespace vgan::nn {
namespace {

constexpr std::int64_t alignment = 16;  // floats: one cache line

std::int64_t padded(std::int64_t size) { return (size + alignment - 1) / alignment * alignment; }

}  // namespace

std::int64_t ParameterArena::section_size(const std::vector<std::int64_t>& tensor_sizes) {
  std::int64_t size = 0;
  for (const std::int64_t tensor : tensor_sizes) size += padded(tensor);
  return size;
}

std::size_t ParameterArena::bytes(const std::vector<std::int64_t>& tensor_sizes,
                                  const ArenaOptions& options) {
  const auto floats = static_cast<std::size_t>(section_size(tensor_sizes));
  const std::size_t sections = 1 + (options.training ? 3 : 0) + (options.average ? 1 : 0);
  return floats * (sections * sizeof(float) + (options.shadow ? sizeof(math::BFloat16) : 0));
}

ParameterArena::ParameterArena(Backend& backend, const std::vector<std::int64_t>& tensor_sizes,
                               const ArenaOptions& options, const std::string& what)
    : size_(section_size(tensor_sizes)), sizes_(tensor_sizes) {
  std::int64_t at = 0;
  for (const std::int64_t tensor : tensor_sizes) {
    offsets_.push_back(at);
    at += padded(tensor);
  }
  int sections = 1;
  if (options.training) {
    gradients_ = sections++;
    m_ = sections++;
    v_ = sections++;
  }
  if (options.average) average_ = sections++;
  if (options.shadow) shadow_ = sections;
  buffer_ = backend.allocate(bytes(tensor_sizes, options), what);
}

AdamArena ParameterArena::adam(std::size_t tensor) const {
  const auto part = [&](auto section) {
    return section.empty() ? section
                           : decltype(section){section.data + offsets_[tensor], sizes_[tensor]};
  };
  return {part(weights()), part(gradients()), part(m()),
          part(v()),       part(average()),   part(shadow())};
}

VectorView<float> ParameterArena::section(int index) const {
  if (index < 0) return {};
  return {buffer_.as<float>() + index * size_, size_};
}

VectorView<math::BFloat16> ParameterArena::shadow() const {
  if (shadow_ < 0) return {};
  return {reinterpret_cast<math::BFloat16*>(buffer_.as<float>() + shadow_ * size_), size_};
}

}  // namespace vgan::nn
