// Descriptors of the executor's cuDNN: attributes by name, as they were set.
#pragma once

#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "tests/simt/include/cudnn.h"

namespace simt::dnn {

struct Descriptor;
using DescriptorRef = std::shared_ptr<Descriptor>;

struct Attribute {
  std::int64_t count = 0;
  std::vector<std::byte> values;           ///< of all types but descriptors
  std::vector<DescriptorRef> descriptors;  ///< which live as long as what they were given to
};

/// One of the engines that heuristics offer. Its configuration and its plan have it too.
struct Engine {
  std::vector<cudnnBackendNumericalNote_t> notes;
  std::size_t workspace = 0;
  bool compiles = false;  ///< its kernel, when its plan is made

  bool has(cudnnBackendNumericalNote_t note) const {
    for (const auto each : notes) {
      if (each == note) return true;
    }
    return false;
  }
};

struct Descriptor {
  cudnnBackendDescriptorType_t type{};
  bool finalized = false;
  std::map<cudnnBackendAttributeName_t, Attribute> attributes;
  std::vector<Engine> engines;  ///< those that heuristics offer; the one of a configuration or plan
  DescriptorRef graph;          ///< of heuristics, configurations and plans

  bool has(cudnnBackendAttributeName_t name) const { return attributes.contains(name); }
  /// The value `i` of an attribute that is set.
  template <class T>
  T value(cudnnBackendAttributeName_t name, std::size_t i = 0) const {
    T value{};
    std::memcpy(&value, attributes.at(name).values.data() + i * sizeof(T), sizeof(T));
    return value;
  }
  const DescriptorRef& descriptor(cudnnBackendAttributeName_t name, std::size_t i = 0) const {
    return attributes.at(name).descriptors.at(i);
  }
};

/// What a handle of the API points to.
inline DescriptorRef& ref(cudnnBackendDescriptor_t handle) {
  return *static_cast<DescriptorRef*>(handle);
}

/// BAD_PARAM for an attribute that the descriptor does not have, of another type or count, or after
/// it was finalised.
cudnnStatus_t set(Descriptor& descriptor, cudnnBackendAttributeName_t name,
                  cudnnBackendAttributeType_t type, std::int64_t count, const void* values);

/// What `finalize` says of a descriptor that has no meaning beyond its attributes: BAD_PARAM where
/// one is missing, or a descriptor among them is not finalised.
cudnnStatus_t check_complete(const Descriptor& descriptor);

}  // namespace simt::dnn
