// Whether two checkpoints hold the same state, byte for byte.
#pragma once

#include "engine/checkpoint/checkpoint.hpp"

namespace vgan::testing {

/// The same names, shapes and bytes; metadata may differ. False for no tensors at all.
inline bool same_tensors(const Checkpoint& a, const Checkpoint& b) {
  if (a.tensors.size() != b.tensors.size() || a.tensors.empty()) return false;
  for (const auto& [name, tensor] : a.tensors) {
    const auto other = b.tensors.find(name);
    if (other == b.tensors.end() || other->second.shape != tensor.shape ||
        other->second.bytes != tensor.bytes) {
      return false;
    }
  }
  return true;
}

}  // namespace vgan::testing
