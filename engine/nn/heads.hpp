// The heads of a network's outputs, where its device reads them.
#pragma once

#include <vector>

#include "engine/device/backend.hpp"
#include "kernels/math/heads.hpp"

namespace vgan::nn {

/// Where the random numbers of heads begin in a stream that latents are drawn from, whose own
/// numbers stay below: no run draws 2^62 of them.
inline constexpr std::uint64_t head_numbers = std::uint64_t{1} << 62;

/// Owns the list in device memory. An empty one has no memory and no heads.
class Heads {
 public:
  Heads() = default;
  /// Returns when the list is there.
  Heads(Backend& backend, const std::vector<math::Head>& heads);

  bool empty() const { return size_ == 0; }
  VectorView<const math::Head> view() const { return {buffer_.as<math::Head>(), size_}; }

 private:
  Buffer buffer_;
  std::int64_t size_ = 0;
};

}  // namespace vgan::nn
