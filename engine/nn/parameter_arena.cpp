#include "engine/nn/parameter_arena.hpp"

#include <algorithm>

namespace vgan::nn {
namespace {

constexpr std::int64_t alignment = 16;  // floats: one cache line

std::int64_t padded(std::int64_t size, std::int64_t to) { return (size + to - 1) / to * to; }

bool any_packed(const std::vector<TensorPlan>& tensors) {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const TensorPlan& tensor) { return tensor.copy.packed; });
}

// Plain copies lie as the weights do.
std::int64_t copy_space(const TensorPlan& tensor, bool packed) {
  return packed ? padded(tensor.copy.elements, 2 * alignment) : padded(tensor.size, alignment);
}

}  // namespace

std::size_t ParameterArena::bytes(const std::vector<TensorPlan>& tensors,
                                  const ArenaOptions& options) {
  std::int64_t floats = 0, copies = 0;
  const bool packed = any_packed(tensors);
  for (const TensorPlan& tensor : tensors) {
    floats += padded(tensor.size, alignment);
    copies += copy_space(tensor, packed);
  }
  const std::size_t sections = 1 + (options.training ? 3 : 0) + (options.average ? 1 : 0);
  return static_cast<std::size_t>(floats) * sections * sizeof(float) +
         (options.shadow ? static_cast<std::size_t>(copies) * sizeof(math::BFloat16) : 0);
}

ParameterArena::ParameterArena(Backend& backend, const std::vector<TensorPlan>& tensors,
                               const ArenaOptions& options, const std::string& what)
    : tensors_(tensors), packed_(options.shadow && any_packed(tensors)) {
  for (const TensorPlan& tensor : tensors) {
    offsets_.push_back(size_);
    size_ += padded(tensor.size, alignment);
    copy_offsets_.push_back(shadow_size_);
    shadow_size_ += copy_space(tensor, packed_);
  }
  int sections = 1;
  if (options.training) {
    gradients_ = sections++;
    m_ = sections++;
    v_ = sections++;
  }
  if (options.average) average_ = sections++;
  if (options.shadow) shadow_ = sections;
  buffer_ = backend.allocate(bytes(tensors, options), what);
}

AdamArena ParameterArena::adam() const {
  AdamArena all{weights(), gradients(), m(), v(), average()};
  if (shadow_ >= 0 && !packed_) all.shadow = {shadow_start(), shadow_size_};
  return all;
}

AdamArena ParameterArena::adam(std::size_t tensor) const {
  AdamArena part = adam().part(offsets_[tensor], tensors_[tensor].size);
  part.shadow = copy(tensor);
  part.packed_shadow = packed_ && tensors_[tensor].copy.packed;
  return part;
}

VectorView<float> ParameterArena::section(int index) const {
  if (index < 0) return {};
  return {buffer_.as<float>() + index * size_, size_};
}

math::BFloat16* ParameterArena::shadow_start() const {
  return reinterpret_cast<math::BFloat16*>(buffer_.as<float>() + shadow_ * size_);
}

VectorView<math::BFloat16> ParameterArena::copy(std::size_t tensor) const {
  if (shadow_ < 0) return {};
  return {shadow_start() + copy_offsets_[tensor], tensors_[tensor].copy.elements};
}

}  // namespace vgan::nn
