// A descriptor of cuDNN's graph API: a tensor, an operation, a graph, an engine, a plan.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "kernels/cuda/products/cudnn.hpp"

namespace vgan::cuda {

/// The first call that failed, if one did.
struct CudnnFailure {
  cudnnStatus_t code = CUDNN_STATUS_SUCCESS;
  const char* call = "";

  explicit operator bool() const { return code != CUDNN_STATUS_SUCCESS; }
};

/// Owns a descriptor. After a call that fails, further ones do nothing, and a descriptor that is
/// given a failed one fails with it: what was built of many is checked once, at its end.
class CudnnDescriptor {
 public:
  CudnnDescriptor(const Cudnn& library, cudnnBackendDescriptorType_t type);
  CudnnDescriptor(CudnnDescriptor&& from) noexcept
      : library_(from.library_),
        descriptor_(std::exchange(from.descriptor_, nullptr)),
        failure_(from.failure_) {}
  CudnnDescriptor& operator=(CudnnDescriptor&&) = delete;
  ~CudnnDescriptor();

  cudnnBackendDescriptor_t get() const { return descriptor_; }
  const CudnnFailure& failure() const { return failure_; }

  template <class T>
  void set(cudnnBackendAttributeName_t name, T value) {
    set(name, std::span<const T>(&value, 1));
  }
  template <class T>
  void set(cudnnBackendAttributeName_t name, std::span<const T> values) {
    set_attribute(name, type_of(T{}), values.size(), values.data());
  }
  void set(cudnnBackendAttributeName_t name, const CudnnDescriptor& value);
  void set(cudnnBackendAttributeName_t name, std::span<const CudnnDescriptor> values);
  void set_pointers(cudnnBackendAttributeName_t name, std::span<void* const> values) {
    set_attribute(name, CUDNN_TYPE_VOID_PTR, values.size(), values.data());
  }
  void finalize();

  /// Fills `values`; returns how many there are, which may be more.
  template <class T>
  std::int64_t get(cudnnBackendAttributeName_t name, std::span<T> values) {
    return get_attribute(name, type_of(T{}), values.size(), values.data());
  }
  /// Fills descriptors that were made for it; of none, says how many there are.
  std::int64_t get_descriptors(cudnnBackendAttributeName_t name, std::span<CudnnDescriptor> values);

 private:
  static cudnnBackendAttributeType_t type_of(std::int64_t) { return CUDNN_TYPE_INT64; }
  static cudnnBackendAttributeType_t type_of(float) { return CUDNN_TYPE_FLOAT; }
  static cudnnBackendAttributeType_t type_of(double) { return CUDNN_TYPE_DOUBLE; }
  static cudnnBackendAttributeType_t type_of(bool) { return CUDNN_TYPE_BOOLEAN; }
  static cudnnBackendAttributeType_t type_of(cudnnHandle_t) { return CUDNN_TYPE_HANDLE; }
  static cudnnBackendAttributeType_t type_of(cudnnDataType_t) { return CUDNN_TYPE_DATA_TYPE; }
  static cudnnBackendAttributeType_t type_of(cudnnConvolutionMode_t) {
    return CUDNN_TYPE_CONVOLUTION_MODE;
  }
  static cudnnBackendAttributeType_t type_of(cudnnPointwiseMode_t) {
    return CUDNN_TYPE_POINTWISE_MODE;
  }
  static cudnnBackendAttributeType_t type_of(cudnnBackendHeurMode_t) {
    return CUDNN_TYPE_HEUR_MODE;
  }
  static cudnnBackendAttributeType_t type_of(cudnnBackendNumericalNote_t) {
    return CUDNN_TYPE_NUMERICAL_NOTE;
  }

  void set_attribute(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                     std::size_t count, const void* values);
  std::int64_t get_attribute(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                             std::size_t count, void* values);
  void note(cudnnStatus_t code, const char* call);

  const Cudnn* library_;
  cudnnBackendDescriptor_t descriptor_ = nullptr;
  CudnnFailure failure_;
};

}  // namespace vgan::cuda
