// All parameters of one network in one allocation: weights | gradients | Adam m | Adam v, then the
// EMA and the bf16 shadow where they are wanted. One Adam launch, one all-reduce and one checkpoint
// block serve a network.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/device/backend.hpp"

namespace vgan::nn {

/// What an arena holds beside the weights.
struct ArenaOptions {
  bool training = true;  ///< gradients and moments
  bool average = false;  ///< EMA of the weights
  bool shadow = false;   ///< bf16 copy of the weights, for bf16 products
};

struct TensorPlan {
  std::int64_t size = 0;  ///< floats
  WeightCopy copy;        ///< what its part of the shadow takes
};

class ParameterArena {
 public:
  /// Each tensor starts at a multiple of 16 floats, its copy in the shadow at a multiple of 32
  /// numbers; the padding stays zero. A shadow without packed copies has one layout with the
  /// weights, so that one pass over the arena writes it.
  ParameterArena(Backend& backend, const std::vector<TensorPlan>& tensors,
                 const ArenaOptions& options, const std::string& what);

  /// Floats in a section, padding included.
  std::int64_t size() const { return size_; }
  /// Start of tensor i in a section.
  std::int64_t offset(std::size_t tensor) const { return offsets_[tensor]; }

  VectorView<float> weights() const { return section(0); }
  VectorView<float> gradients() const { return section(gradients_); }
  VectorView<float> m() const { return section(m_); }
  VectorView<float> v() const { return section(v_); }
  /// Empty without the option.
  VectorView<float> average() const { return section(average_); }
  /// The bf16 copy of tensor i; empty without the option.
  VectorView<math::BFloat16> copy(std::size_t tensor) const;
  /// Whether some copy is packed, so that a pass over the arena cannot write the shadow.
  bool has_packed_copies() const { return packed_; }
  bool is_packed(std::size_t tensor) const { return packed_ && tensors_[tensor].copy.packed; }

  /// All of it, for one Adam step of the network; without a shadow that has packed copies.
  AdamArena adam() const;
  /// Tensor i alone, without its padding.
  AdamArena adam(std::size_t tensor) const;

  static std::size_t bytes(const std::vector<TensorPlan>& tensors, const ArenaOptions& options);
  /// All sections.
  const Buffer& memory() const { return buffer_; }

 private:
  VectorView<float> section(int index) const;
  math::BFloat16* shadow_start() const;

  std::int64_t size_ = 0;
  std::vector<TensorPlan> tensors_;
  std::vector<std::int64_t> offsets_;
  std::vector<std::int64_t> copy_offsets_;
  std::int64_t shadow_size_ = 0;
  bool packed_ = false;
  int gradients_ = -1;
  int m_ = -1;
  int v_ = -1;
  int average_ = -1;
  int shadow_ = -1;
  Buffer buffer_;
};

}  // namespace vgan::nn
