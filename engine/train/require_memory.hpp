// Whether a plan of memory fits the device.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/device/device_context.hpp"
#include "engine/train/memory_plan.hpp"

namespace vgan {

/// Throws no_device unless `plan`, that of `batch`, fits the device; the message names the largest
/// batch that would, by `plan_of`.
void require_memory(const MemoryPlan& plan, const DeviceInfo& device, std::int64_t batch,
                    const std::function<MemoryPlan(std::int64_t)>& plan_of);

}  // namespace vgan
