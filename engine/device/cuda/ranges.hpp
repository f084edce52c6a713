// NVTX ranges in the domain `vgan`, for Nsight Systems.
#pragma once

#include <nvtx3/nvToolsExt.h>

namespace vgan::cuda {

inline nvtxDomainHandle_t nvtx_domain() {
  static const nvtxDomainHandle_t domain = nvtxDomainCreateA("vgan");
  return domain;
}

inline void push_range(const char* name) {
  nvtxEventAttributes_t attributes{};
  attributes.version = NVTX_VERSION;
  attributes.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
  attributes.messageType = NVTX_MESSAGE_TYPE_ASCII;
  attributes.message.ascii = name;
  nvtxDomainRangePushEx(nvtx_domain(), &attributes);
}

inline void pop_range() { nvtxDomainRangePop(nvtx_domain()); }

}  // namespace vgan::cuda
