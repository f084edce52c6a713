// A graph of the executor's cuDNN: a convolution, and what is done to its result.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "tests/simt/cudnn_descriptor.hpp"

namespace simt::dnn {

using Extents = std::array<std::int64_t, 4>;  ///< n, c, h, w or, of a filter, k, c, r, s

struct Tensor {
  std::int64_t id = 0;
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  Extents extents{}, strides{};
  std::int64_t alignment = 1;
  bool is_virtual = false;  ///< an operation's result that only another one takes

  std::size_t size() const {
    return static_cast<std::size_t>(extents[0] * extents[1] * extents[2] * extents[3]);
  }
  std::size_t bytes() const { return size() * (type == CUDNN_DATA_FLOAT ? 4 : 2); }
};

enum class Pass { forward, backward_data, backward_filter };

/// An operation between images and a filter.
struct Convolution {
  Pass pass{};
  Tensor large, small, filter;
  std::array<std::int64_t, 2> pads{}, strides{};
  float alpha = 1.0F, beta = 0.0F;

  const Tensor& result() const {
    return pass == Pass::forward ? small : pass == Pass::backward_data ? large : filter;
  }
};

/// An operation on each number: y = x + bias of its channel, or Leaky ReLU.
struct Pointwise {
  cudnnPointwiseMode_t mode{};
  Tensor x, bias, y;
  float slope = 0.0F;
};

struct Graph {
  Convolution convolution;
  std::vector<Pointwise> after;

  /// What lies in memory.
  std::vector<Tensor> stored() const;
};

/// What finalising an operation says: BAD_PARAM for shapes that do not fit one another.
cudnnStatus_t check_operation(const Descriptor& operation);

/// NOT_SUPPORTED_... for a graph that no engine takes: one that is not a convolution with a chain
/// of a bias and a Leaky ReLU after it, layouts other than NHWC, types that are not offered
/// together.
cudnnStatus_t read_graph(const Descriptor& descriptor, Graph& graph);

using Places = std::map<std::int64_t, void*>;  ///< of tensors, by their ids

/// Runs the nodes of a graph in their order, sums in float. `tf32`: f32 operands of the convolution
/// are rounded.
void run_graph(const Graph& graph, const Places& places, bool tf32);

}  // namespace simt::dnn
