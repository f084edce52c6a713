// Arrays whose axes lie in a file in another order than they shall have in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace vgan {

struct StridedAxis {
  std::uint64_t size = 1;
  std::uint64_t stride = 1;  ///< from one element to its next neighbour in the file, in elements
};

/// Axes in the order that they shall have, the last one innermost.
class StridedArray {
 public:
  explicit StridedArray(std::vector<StridedAxis> axes) : axes_(std::move(axes)) {}

  std::uint64_t elements() const {
    std::uint64_t product = 1;
    for (const StridedAxis& axis : axes_) product *= axis.size;
    return product;
  }
  /// Where in the file the element stands that shall be number `index`: its number there.
  std::uint64_t stored_index(std::uint64_t index) const {
    std::uint64_t stored = 0;
    for (std::size_t i = axes_.size(); i-- > 0; index /= axes_[i].size) {
      stored += index % axes_[i].size * axes_[i].stride;
    }
    return stored;
  }
  /// Whether the file has the elements in the wanted order.
  bool in_order() const {
    std::uint64_t stride = 1;
    for (std::size_t i = axes_.size(); i-- > 0; stride *= axes_[i].size) {
      if (axes_[i].size > 1 && axes_[i].stride != stride) return false;
    }
    return true;
  }
  /// From the file's order to the wanted one.
  template <class Value>
  std::vector<Value> ordered(std::vector<Value> stored) const {
    if (in_order()) return stored;
    const StridedAxis inner = axes_.back();
    std::vector<Value> values(stored.size());
    for (std::size_t at = 0; at < values.size(); at += inner.size) {
      const std::uint64_t first = stored_index(at);
      for (std::uint64_t i = 0; i < inner.size; ++i)
        values[at + i] = stored[first + i * inner.stride];
    }
    return values;
  }

 private:
  std::vector<StridedAxis> axes_;
};

}  // namespace vgan
