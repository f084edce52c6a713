// What a device reads of how cells lie in a network's input and output.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/device/backend.hpp"
#include "kernels/math/cells.hpp"

namespace vgan::nn {

/// The lists that DeviceCells has copies of; `inputs` and `heads` are of all columns.
struct CellLists {
  const std::vector<math::CellFeatureColumn>& inputs;
  const std::vector<float>& tables;
  const std::vector<math::CellHead>& heads;
  const std::vector<float>& bell;
  const std::vector<float>& inverse_sums;
  const std::vector<std::int32_t>& order;
};

/// Owns the lists in device memory.
class DeviceCells {
 public:
  /// Returns when they are there.
  DeviceCells(Backend& backend, const CellLists& lists);

  VectorView<const math::CellFeatureColumn> inputs() const { return view(inputs_); }
  const float* tables() const { return tables_.buffer.as<float>(); }
  VectorView<const math::CellHead> heads() const { return view(heads_); }
  const float* bell() const { return bell_.buffer.as<float>(); }
  const float* inverse_sums() const { return inverse_sums_.buffer.as<float>(); }
  VectorView<const std::int32_t> order() const { return view(order_); }

 private:
  template <class T>
  struct List {
    Buffer buffer;
    std::int64_t size = 0;
  };
  template <class T>
  static List<T> copy(Backend& backend, Queue& queue, const std::vector<T>& list);
  template <class T>
  static VectorView<const T> view(const List<T>& list) {
    return {list.buffer.template as<T>(), list.size};
  }

  List<math::CellFeatureColumn> inputs_;
  List<float> tables_;
  List<math::CellHead> heads_;
  List<float> bell_, inverse_sums_;
  List<std::int32_t> order_;
};

}  // namespace vgan::nn
