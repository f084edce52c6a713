#include "tests/simt/cudnn_descriptor.hpp"

namespace simt::dnn {
namespace {

// An attribute of a descriptor, and how many values it takes; optional ones need not be set.
struct Rule {
  cudnnBackendDescriptorType_t descriptor;
  cudnnBackendAttributeName_t name;
  cudnnBackendAttributeType_t type;
  std::int64_t fewest = 1, most = 1;
  bool optional = false;
};

#define VGAN_CONVOLUTION_RULES(descriptor, pass, large, small, filter)                            \
  {descriptor, CUDNN_ATTR_OPERATION_CONVOLUTION_##pass##_ALPHA, CUDNN_TYPE_FLOAT},                \
      {descriptor, CUDNN_ATTR_OPERATION_CONVOLUTION_##pass##_BETA, CUDNN_TYPE_FLOAT},             \
      {descriptor, CUDNN_ATTR_OPERATION_CONVOLUTION_##pass##_CONV_DESC,                           \
       CUDNN_TYPE_BACKEND_DESCRIPTOR},                                                            \
      {descriptor, CUDNN_ATTR_OPERATION_CONVOLUTION_##pass##_##large,                             \
       CUDNN_TYPE_BACKEND_DESCRIPTOR},                                                            \
      {descriptor, CUDNN_ATTR_OPERATION_CONVOLUTION_##pass##_##small,                             \
       CUDNN_TYPE_BACKEND_DESCRIPTOR},                                                            \
  {                                                                                               \
    descriptor, CUDNN_ATTR_OPERATION_CONVOLUTION_##pass##_##filter, CUDNN_TYPE_BACKEND_DESCRIPTOR \
  }

constexpr auto tensor = CUDNN_BACKEND_TENSOR_DESCRIPTOR;
constexpr auto convolution = CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR;
constexpr auto pointwise = CUDNN_BACKEND_POINTWISE_DESCRIPTOR;
constexpr auto pointwise_operation = CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR;
constexpr auto graph = CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR;
constexpr auto heuristics = CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR;
constexpr auto plan = CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR;
constexpr auto pack = CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR;

constexpr Rule rules[] = {
    {tensor, CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE},
    {tensor, CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 1, 8},
    {tensor, CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 1, 8},
    {tensor, CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64},
    {tensor, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64},
    {tensor, CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, 1, true},
    {convolution, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64},
    {convolution, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE},
    {convolution, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE},
    {convolution, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, 2, 2},
    {convolution, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, 2, 2},
    {convolution, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, 2, 2},
    {convolution, CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, 2, 2},
    VGAN_CONVOLUTION_RULES(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR, FORWARD, X, Y,
                           W),
    VGAN_CONVOLUTION_RULES(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR, BWD_DATA,
                           DX, DY, W),
    VGAN_CONVOLUTION_RULES(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
                           BWD_FILTER, X, DY, DW),
    {pointwise, CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE},
    {pointwise, CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE},
    {pointwise, CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE, CUDNN_TYPE_DOUBLE, 1, 1, true},
    {pointwise_operation, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR,
     CUDNN_TYPE_BACKEND_DESCRIPTOR},
    {pointwise_operation, CUDNN_ATTR_OPERATION_POINTWISE_XDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    {pointwise_operation, CUDNN_ATTR_OPERATION_POINTWISE_BDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, 1,
     true},
    {pointwise_operation, CUDNN_ATTR_OPERATION_POINTWISE_YDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    {graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, 1, true},
    {graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, 64},
    {heuristics, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    {heuristics, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE},
    {plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE},
    {plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    {pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, 1, 64},
    {pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, 1, 64},
    {pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, 1, true}};

std::size_t size_of(cudnnBackendAttributeType_t type) {
  switch (type) {
    case CUDNN_TYPE_BOOLEAN: return sizeof(bool);
    case CUDNN_TYPE_INT64: return sizeof(std::int64_t);
    case CUDNN_TYPE_DOUBLE: return sizeof(double);
    case CUDNN_TYPE_HANDLE:
    case CUDNN_TYPE_VOID_PTR: return sizeof(void*);
    default: return 4;  // floats and enums
  }
}

}  // namespace

cudnnStatus_t set(Descriptor& descriptor, cudnnBackendAttributeName_t name,
                  cudnnBackendAttributeType_t type, std::int64_t count, const void* values) {
  if (values == nullptr) return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
  if (descriptor.finalized) return CUDNN_STATUS_BAD_PARAM;
  for (const Rule& rule : rules) {
    if (rule.descriptor != descriptor.type || rule.name != name) continue;
    if (rule.type != type) return CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE;
    if (count < rule.fewest || count > rule.most) return CUDNN_STATUS_BAD_PARAM;
    Attribute made;
    made.count = count;
    const auto length = static_cast<std::size_t>(count);
    if (type == CUDNN_TYPE_BACKEND_DESCRIPTOR) {
      const auto* handles = static_cast<const cudnnBackendDescriptor_t*>(values);
      for (std::size_t i = 0; i < length; ++i) made.descriptors.push_back(ref(handles[i]));
    } else {
      const auto* bytes = static_cast<const std::byte*>(values);
      made.values.assign(bytes, bytes + length * size_of(type));
    }
    descriptor.attributes[name] = std::move(made);
    return CUDNN_STATUS_SUCCESS;
  }
  return CUDNN_STATUS_BAD_PARAM;
}

cudnnStatus_t check_complete(const Descriptor& descriptor) {
  if (descriptor.finalized) return CUDNN_STATUS_BAD_PARAM;
  for (const Rule& rule : rules) {
    if (rule.descriptor != descriptor.type) continue;
    if (!descriptor.has(rule.name)) {
      if (rule.optional) continue;
      return CUDNN_STATUS_BAD_PARAM;
    }
    for (const DescriptorRef& each : descriptor.attributes.at(rule.name).descriptors) {
      if (!each->finalized) return CUDNN_STATUS_BAD_PARAM;
    }
  }
  return CUDNN_STATUS_SUCCESS;
}

}  // namespace simt::dnn
