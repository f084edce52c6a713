// NVTX ranges in the domain `vgan`, for Nsight Systems.
#pragma once

#include <cstdint>

#include <nvtx3/nvToolsExt.h>

namespace vgan::cuda {

inline nvtxDomainHandle_t nvtx_domain() {
  static const nvtxDomainHandle_t domain = nvtxDomainCreateA("vgan");
  return domain;
}

/// `number` is the range's payload; 0: it has none.
inline void push_range(const char* name, std::uint64_t number) {
  nvtxEventAttributes_t attributes{};
  attributes.version = NVTX_VERSION;
  attributes.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
  attributes.messageType = NVTX_MESSAGE_TYPE_ASCII;
  attributes.message.ascii = name;
  if (number > 0) {
    attributes.payloadType = NVTX_PAYLOAD_TYPE_UNSIGNED_INT64;
    attributes.payload.ullValue = number;
  }
  nvtxDomainRangePushEx(nvtx_domain(), &attributes);
}

inline void pop_range() { nvtxDomainRangePop(nvtx_domain()); }

}  // namespace vgan::cuda
