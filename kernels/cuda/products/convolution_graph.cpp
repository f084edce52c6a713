#include "kernels/cuda/products/convolution_graph.hpp"

#include <array>
#include <limits>
#include <utility>

namespace vgan::cuda {
namespace {

using Pass = ConvolutionShape::Pass;
using Extents = std::array<std::int64_t, 4>;

cudnnDataType_t data_type(ElementType type) {
  return type == ElementType::bf16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
}

std::int64_t positions(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                       std::int64_t pad) {
  return (size + 2 * pad - kernel) / stride + 1;
}

Extents extents_of(const ConvolutionShape& shape, ConvolutionTensor name) {
  const ConvGeometry& g = shape.geometry;
  switch (name) {
    case ConvolutionTensor::large: return {shape.images, g.channels, g.height, g.width};
    case ConvolutionTensor::filter: return {g.filters, g.channels, g.kernel_h, g.kernel_w};
    case ConvolutionTensor::bias: return {1, g.filters, 1, 1};
    default: return {shape.images, g.filters, g.small_height, g.small_width};
  }
}

/// The names of an operation's attributes: images in and out are the large and the small ones.
struct PassAttributes {
  cudnnBackendDescriptorType_t operation;
  cudnnBackendAttributeName_t convolution, alpha, beta, large, small, filter;
};

PassAttributes attributes_of(Pass pass) {
  switch (pass) {
    case Pass::forward:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W};
    case Pass::backward_data:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W};
    default:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW};
  }
}

}  // namespace

bool is_shape_of_cudnn(const ConvolutionShape& shape) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  const ConvGeometry& g = shape.geometry;
  return g.height + 2 * g.pad_h >= g.kernel_h && g.width + 2 * g.pad_w >= g.kernel_w &&
         g.small_height == positions(g.height, g.kernel_h, g.stride_h, g.pad_h) &&
         g.small_width == positions(g.width, g.kernel_w, g.stride_w, g.pad_w) &&
         shape.images * g.large_size() <= most && shape.images * g.small_size() <= most &&
         g.patch_size() * g.filters <= most;
}

ConvolutionGraph::ConvolutionGraph(const Cudnn& library, cudnnHandle_t handle,
                                   const ConvolutionShape& shape)
    : library_(&library), shape_(shape), graph_(library, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR) {
  if (shape.epilogue) {
    add_epilogue(*shape.epilogue);
  } else {
    operations_.push_back(convolution(keep(tensor(ConvolutionTensor::small, shape.type, true))));
  }
  graph_.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle);
  graph_.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, std::span<const CudnnDescriptor>(operations_));
  graph_.finalize();
}

const CudnnDescriptor& ConvolutionGraph::keep(CudnnDescriptor part) {
  parts_.push_back(std::move(part));
  return parts_.back();
}

// One that is not stored is an operation's result that the next one takes.
CudnnDescriptor ConvolutionGraph::tensor(ConvolutionTensor name, ElementType type,
                                         bool stored) const {
  // Images and filters are where vectors of 16 bytes can be read; a bias lies anywhere in a
  // network.
  const std::int64_t alignment = name == ConvolutionTensor::bias ? 4 : 16;
  const Extents extents = extents_of(shape_, name);
  const auto [n, c, h, w] = extents;
  const Extents strides{c * h * w, 1, w * c, c};
  CudnnDescriptor made(*library_, CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  made.set(CUDNN_ATTR_TENSOR_DATA_TYPE, data_type(type));
  made.set(CUDNN_ATTR_TENSOR_DIMENSIONS, std::span<const std::int64_t>(extents));
  made.set(CUDNN_ATTR_TENSOR_STRIDES, std::span<const std::int64_t>(strides));
  made.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, static_cast<std::int64_t>(name));
  made.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, alignment);
  if (!stored) made.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, true);
  made.finalize();
  return made;
}

CudnnDescriptor ConvolutionGraph::geometry_descriptor() const {
  using Sides = std::array<std::int64_t, 2>;
  const ConvGeometry& g = shape_.geometry;
  const Sides pads{g.pad_h, g.pad_w}, strides{g.stride_h, g.stride_w}, dilations{1, 1};
  CudnnDescriptor made(*library_, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  made.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{2});
  made.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
  made.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION);
  made.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, std::span<const std::int64_t>(pads));
  made.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, std::span<const std::int64_t>(pads));
  made.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, std::span<const std::int64_t>(strides));
  made.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, std::span<const std::int64_t>(dilations));
  made.finalize();
  return made;
}

CudnnDescriptor ConvolutionGraph::convolution(const CudnnDescriptor& small) {
  const PassAttributes names = attributes_of(shape_.pass);
  CudnnDescriptor made(*library_, names.operation);
  made.set(names.large, keep(tensor(ConvolutionTensor::large, shape_.type, true)));
  made.set(names.filter, keep(tensor(ConvolutionTensor::filter, shape_.type, true)));
  made.set(names.small, small);
  made.set(names.convolution, keep(geometry_descriptor()));
  made.set(names.alpha, 1.0F);
  made.set(names.beta, 0.0F);
  made.finalize();
  return made;
}

CudnnDescriptor ConvolutionGraph::pointwise(cudnnPointwiseMode_t mode, const CudnnDescriptor& from,
                                            const CudnnDescriptor* bias,
                                            const CudnnDescriptor& to) {
  CudnnDescriptor how(*library_, CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  how.set(CUDNN_ATTR_POINTWISE_MODE, mode);
  how.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
  if (mode == CUDNN_POINTWISE_RELU_FWD) {
    how.set(CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE, double{shape_.epilogue->slope});
  }
  how.finalize();
  CudnnDescriptor made(*library_, CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  made.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, keep(std::move(how)));
  made.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, from);
  if (bias != nullptr) made.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *bias);
  made.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, to);
  made.finalize();
  return made;
}

// From the sums, in f32, to the small images, each step but the last in registers.
void ConvolutionGraph::add_epilogue(const ConvolutionEpilogue& epilogue) {
  const CudnnDescriptor* last = &keep(tensor(ConvolutionTensor::sums, ElementType::f32, false));
  operations_.push_back(convolution(*last));
  const CudnnDescriptor& small = keep(tensor(ConvolutionTensor::small, epilogue.out, true));
  if (epilogue.bias) {
    const CudnnDescriptor& bias = keep(tensor(ConvolutionTensor::bias, ElementType::f32, true));
    const CudnnDescriptor& biased =
        epilogue.leaky_relu ? keep(tensor(ConvolutionTensor::biased, ElementType::f32, false))
                            : small;
    operations_.push_back(pointwise(CUDNN_POINTWISE_ADD, *last, &bias, biased));
    last = &biased;
  }
  if (epilogue.leaky_relu) {
    operations_.push_back(pointwise(CUDNN_POINTWISE_RELU_FWD, *last, nullptr, small));
  }
}

}  // namespace vgan::cuda
