#include "tests/simt/cudnn_graph.hpp"

#include "kernels/math/bfloat16.hpp"
#include "tests/simt/tf32.hpp"

namespace simt::dnn {
namespace {

using Numbers = std::vector<float>;

Tensor tensor_of(const Descriptor& from) {
  Tensor made;
  made.id = from.value<std::int64_t>(CUDNN_ATTR_TENSOR_UNIQUE_ID);
  made.type = from.value<cudnnDataType_t>(CUDNN_ATTR_TENSOR_DATA_TYPE);
  made.alignment = from.value<std::int64_t>(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT);
  made.is_virtual =
      from.has(CUDNN_ATTR_TENSOR_IS_VIRTUAL) && from.value<bool>(CUDNN_ATTR_TENSOR_IS_VIRTUAL);
  for (std::size_t i = 0; i < made.extents.size(); ++i) {
    made.extents[i] = from.value<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS, i);
    made.strides[i] = from.value<std::int64_t>(CUDNN_ATTR_TENSOR_STRIDES, i);
  }
  return made;
}

#define VGAN_READ_CONVOLUTION(pass_value, names, large_name, small_name, filter_name)         \
  read_convolution(from, pass_value, CUDNN_ATTR_OPERATION_CONVOLUTION_##names##_##large_name, \
                   CUDNN_ATTR_OPERATION_CONVOLUTION_##names##_##small_name,                   \
                   CUDNN_ATTR_OPERATION_CONVOLUTION_##names##_##filter_name,                  \
                   CUDNN_ATTR_OPERATION_CONVOLUTION_##names##_CONV_DESC,                      \
                   CUDNN_ATTR_OPERATION_CONVOLUTION_##names##_ALPHA,                          \
                   CUDNN_ATTR_OPERATION_CONVOLUTION_##names##_BETA)

Convolution read_convolution(const Descriptor& from, Pass pass, cudnnBackendAttributeName_t large,
                             cudnnBackendAttributeName_t small, cudnnBackendAttributeName_t filter,
                             cudnnBackendAttributeName_t how, cudnnBackendAttributeName_t alpha,
                             cudnnBackendAttributeName_t beta) {
  Convolution made{pass, tensor_of(*from.descriptor(large)), tensor_of(*from.descriptor(small)),
                   tensor_of(*from.descriptor(filter))};
  const Descriptor& geometry = *from.descriptor(how);
  for (std::size_t i = 0; i < 2; ++i) {
    made.pads[i] = geometry.value<std::int64_t>(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, i);
    made.strides[i] = geometry.value<std::int64_t>(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, i);
  }
  made.alpha = from.value<float>(alpha);
  made.beta = from.value<float>(beta);
  return made;
}

bool is_convolution(const Descriptor& operation) {
  return operation.type >= CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR &&
         operation.type <= CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR;
}

Convolution convolution_of(const Descriptor& from) {
  switch (from.type) {
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR:
      return VGAN_READ_CONVOLUTION(Pass::forward, FORWARD, X, Y, W);
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR:
      return VGAN_READ_CONVOLUTION(Pass::backward_data, BWD_DATA, DX, DY, W);
    default: return VGAN_READ_CONVOLUTION(Pass::backward_filter, BWD_FILTER, X, DY, DW);
  }
}

Pointwise pointwise_of(const Descriptor& from) {
  const Descriptor& how = *from.descriptor(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR);
  Pointwise made;
  made.mode = how.value<cudnnPointwiseMode_t>(CUDNN_ATTR_POINTWISE_MODE);
  made.x = tensor_of(*from.descriptor(CUDNN_ATTR_OPERATION_POINTWISE_XDESC));
  made.y = tensor_of(*from.descriptor(CUDNN_ATTR_OPERATION_POINTWISE_YDESC));
  if (from.has(CUDNN_ATTR_OPERATION_POINTWISE_BDESC)) {
    made.bias = tensor_of(*from.descriptor(CUDNN_ATTR_OPERATION_POINTWISE_BDESC));
  }
  if (how.has(CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE)) {
    made.slope = static_cast<float>(how.value<double>(CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE));
  }
  return made;
}

bool is_known(cudnnDataType_t type) {
  return type == CUDNN_DATA_FLOAT || type == CUDNN_DATA_BFLOAT16;
}

// Channels side by side, without gaps.
bool is_nhwc(const Tensor& tensor) {
  const auto [n, c, h, w] = tensor.extents;
  return tensor.strides == Extents{c * h * w, 1, w * c, c};
}

cudnnStatus_t check_tensors(const Graph& graph) {
  const Convolution& conv = graph.convolution;
  std::vector<Tensor> all{conv.large, conv.small, conv.filter};
  for (const Pointwise& each : graph.after) {
    all.insert(all.end(), {each.x, each.y});
    if (each.bias.id != 0) all.push_back(each.bias);
  }
  for (const Tensor& each : all) {
    if (!is_known(each.type)) return CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE;
    if (!is_nhwc(each)) return CUDNN_STATUS_NOT_SUPPORTED_LAYOUT;
  }
  // Operands are of one type; a result that is stored is of theirs, one that goes on is f32.
  const Tensor& result = conv.result();
  const cudnnDataType_t type =
      conv.pass == Pass::backward_filter ? conv.large.type : conv.filter.type;
  for (const Tensor* each : {&conv.large, &conv.small, &conv.filter}) {
    if (each != &result && each->type != type) return CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE;
  }
  const bool fits = result.is_virtual ? result.type == CUDNN_DATA_FLOAT : result.type == type;
  return fits ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE;
}

// Each operation takes what the one before gives, and the last result alone is stored.
cudnnStatus_t check_chain(const Graph& graph) {
  const Tensor* last = &graph.convolution.result();
  for (const Pointwise& each : graph.after) {
    const bool adds = each.mode == CUDNN_POINTWISE_ADD;
    const bool per_channel = each.bias.extents == Extents{1, last->extents[1], 1, 1};
    const bool known = adds ? per_channel : each.mode == CUDNN_POINTWISE_RELU_FWD;
    const bool follows = last->is_virtual && each.x.id == last->id && !each.bias.is_virtual &&
                         each.y.extents == last->extents;
    if (!known || !follows || graph.convolution.pass == Pass::backward_filter) {
      return CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN;
    }
    last = &each.y;
  }
  return last->is_virtual ? CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN : CUDNN_STATUS_SUCCESS;
}

Numbers load(const Tensor& from, const void* data) {
  Numbers values(from.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (from.type == CUDNN_DATA_BFLOAT16) {
      vgan::math::BFloat16 half{};
      std::memcpy(&half, static_cast<const char*>(data) + 2 * i, 2);
      values[i] = vgan::math::to_float(half);
    } else {
      std::memcpy(&values[i], static_cast<const char*>(data) + 4 * i, 4);
    }
  }
  return values;
}

void store(const Tensor& to, const Numbers& values, void* data) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const vgan::math::BFloat16 half = vgan::math::to_bfloat16(values[i]);
    if (to.type == CUDNN_DATA_BFLOAT16) std::memcpy(static_cast<char*>(data) + 2 * i, &half, 2);
    if (to.type == CUDNN_DATA_FLOAT) std::memcpy(static_cast<char*>(data) + 4 * i, &values[i], 4);
  }
}

// Calls `body(large, filter, small)` with places of numbers that meet, the channels of the large
// image side by side in `large` and `filter`.
template <class Body>
void for_each_meeting(const Convolution& v, Body body) {
  const Extents &x = v.large.extents, &f = v.filter.extents, &y = v.small.extents;
  const auto place = [](const Extents& e, std::int64_t n, std::int64_t h, std::int64_t w) {
    return static_cast<std::size_t>(((n * e[2] + h) * e[3] + w) * e[1]);
  };
  for (std::int64_t n = 0; n < y[0]; ++n) {
    for (std::int64_t at = 0; at < y[2] * y[3]; ++at) {
      const std::size_t small = place(y, n, at / y[3], at % y[3]);
      for (std::int64_t tap = 0; tap < f[2] * f[3]; ++tap) {
        const std::int64_t row = at / y[3] * v.strides[0] - v.pads[0] + tap / f[3];
        const std::int64_t col = at % y[3] * v.strides[1] - v.pads[1] + tap % f[3];
        if (row < 0 || row >= x[2] || col < 0 || col >= x[3]) continue;
        const std::size_t large = place(x, n, row, col);
        for (std::int64_t k = 0; k < f[0]; ++k) {
          body(large, place(f, k, tap / f[3], tap % f[3]), small + static_cast<std::size_t>(k));
        }
      }
    }
  }
}

Numbers convolve(const Convolution& v, const Places& places, bool tf32) {
  const auto read = [&](const Tensor& one) {
    if (&one == &v.result()) return Numbers{};
    Numbers values = load(one, places.at(one.id));
    if (tf32 && one.type == CUDNN_DATA_FLOAT) {
      for (float& value : values) value = to_tf32(value);
    }
    return values;
  };
  const Numbers large = read(v.large), filter = read(v.filter), small = read(v.small);
  Numbers sums(v.result().size(), 0.0F);
  const auto channels = static_cast<std::size_t>(v.large.extents[1]);
  for_each_meeting(v, [&](std::size_t x, std::size_t f, std::size_t y) {
    for (std::size_t c = 0; c < channels; ++c) {
      if (v.pass == Pass::forward) sums[y] += large[x + c] * filter[f + c];
      if (v.pass == Pass::backward_data) sums[x + c] += small[y] * filter[f + c];
      if (v.pass == Pass::backward_filter) sums[f + c] += large[x + c] * small[y];
    }
  });
  Numbers before;
  if (v.beta != 0.0F) before = load(v.result(), places.at(v.result().id));
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] = v.alpha * sums[i] + (before.empty() ? 0.0F : v.beta * before[i]);
  }
  return sums;
}

void apply(const Pointwise& op, const Places& places, Numbers& values) {
  Numbers bias;
  if (op.mode == CUDNN_POINTWISE_ADD) bias = load(op.bias, places.at(op.bias.id));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!bias.empty()) {
      values[i] += bias[i % bias.size()];
    } else {
      const float below = op.slope * values[i];  // NaN stays, as in cuDNN's kernels
      values[i] = below > values[i] ? below : values[i];
    }
  }
}

}  // namespace

std::vector<Tensor> Graph::stored() const {
  std::vector<Tensor> all;
  for (const Tensor* each : {&convolution.large, &convolution.small, &convolution.filter}) {
    if (!each->is_virtual) all.push_back(*each);
  }
  for (const Pointwise& each : after) {
    if (each.mode == CUDNN_POINTWISE_ADD) all.push_back(each.bias);
    if (!each.y.is_virtual) all.push_back(each.y);
  }
  return all;
}

cudnnStatus_t check_operation(const Descriptor& operation) {
  if (!is_convolution(operation)) return CUDNN_STATUS_SUCCESS;
  const Convolution v = convolution_of(operation);
  const Extents &x = v.large.extents, &f = v.filter.extents, &y = v.small.extents;
  bool fits = x[0] == y[0] && f[1] == x[1] && f[0] == y[1];
  for (std::size_t i = 0; i < 2; ++i) {
    fits = fits && v.strides[i] > 0 &&
           y[i + 2] == (x[i + 2] + 2 * v.pads[i] - f[i + 2]) / v.strides[i] + 1;
  }
  return fits ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_BAD_PARAM;
}

cudnnStatus_t read_graph(const Descriptor& descriptor, Graph& graph) {
  const auto& operations = descriptor.attributes.at(CUDNN_ATTR_OPERATIONGRAPH_OPS).descriptors;
  if (!is_convolution(*operations.front())) return CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN;
  graph.convolution = convolution_of(*operations.front());
  for (std::size_t i = 1; i < operations.size(); ++i) {
    if (is_convolution(*operations[i])) return CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN;
    graph.after.push_back(pointwise_of(*operations[i]));
  }
  const cudnnStatus_t status = check_tensors(graph);
  return status == CUDNN_STATUS_SUCCESS ? check_chain(graph) : status;
}

void run_graph(const Graph& graph, const Places& places, bool tf32) {
  Numbers values = convolve(graph.convolution, places, tf32);
  const Tensor* last = &graph.convolution.result();
  for (const Pointwise& each : graph.after) {
    apply(each, places, values);
    last = &each.y;
  }
  store(*last, values, places.at(last->id));
}

}  // namespace simt::dnn
