#include "kernels/cuda/products/cudnn_descriptor.hpp"

#include <vector>

namespace vgan::cuda {
namespace {

std::vector<cudnnBackendDescriptor_t> handles_of(std::span<const CudnnDescriptor> descriptors) {
  std::vector<cudnnBackendDescriptor_t> handles;
  for (const CudnnDescriptor& each : descriptors) handles.push_back(each.get());
  return handles;
}

}  // namespace

CudnnDescriptor::CudnnDescriptor(const Cudnn& library, cudnnBackendDescriptorType_t type)
    : library_(&library) {
  note(library.cudnnBackendCreateDescriptor(type, &descriptor_), "cudnnBackendCreateDescriptor");
}

CudnnDescriptor::~CudnnDescriptor() {
  if (descriptor_ != nullptr) library_->cudnnBackendDestroyDescriptor(descriptor_);
}

void CudnnDescriptor::set(cudnnBackendAttributeName_t name, const CudnnDescriptor& value) {
  set(name, std::span<const CudnnDescriptor>(&value, 1));
}

void CudnnDescriptor::set(cudnnBackendAttributeName_t name,
                          std::span<const CudnnDescriptor> values) {
  for (const CudnnDescriptor& each : values) {
    if (!failure_) failure_ = each.failure();
  }
  const std::vector<cudnnBackendDescriptor_t> handles = handles_of(values);
  set_attribute(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, handles.size(), handles.data());
}

void CudnnDescriptor::finalize() {
  if (!failure_) note(library_->cudnnBackendFinalize(descriptor_), "cudnnBackendFinalize");
}

std::int64_t CudnnDescriptor::get_descriptors(cudnnBackendAttributeName_t name,
                                              std::span<CudnnDescriptor> values) {
  std::vector<cudnnBackendDescriptor_t> handles = handles_of(values);
  return get_attribute(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, handles.size(), handles.data());
}

void CudnnDescriptor::set_attribute(cudnnBackendAttributeName_t name,
                                    cudnnBackendAttributeType_t type, std::size_t count,
                                    const void* values) {
  if (failure_) return;
  note(library_->cudnnBackendSetAttribute(descriptor_, name, type, static_cast<std::int64_t>(count),
                                          values),
       "cudnnBackendSetAttribute");
}

std::int64_t CudnnDescriptor::get_attribute(cudnnBackendAttributeName_t name,
                                            cudnnBackendAttributeType_t type, std::size_t count,
                                            void* values) {
  std::int64_t found = 0;
  if (failure_) return found;
  note(library_->cudnnBackendGetAttribute(descriptor_, name, type, static_cast<std::int64_t>(count),
                                          &found, values),
       "cudnnBackendGetAttribute");
  return found;
}

void CudnnDescriptor::note(cudnnStatus_t code, const char* call) {
  if (!failure_ && code != CUDNN_STATUS_SUCCESS) failure_ = {code, call};
}

}  // namespace vgan::cuda
