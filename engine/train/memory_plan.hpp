// Which memory a run needs, said before it is taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace vgan {

struct DeviceInfo;

/// Device memory that a run needs, by purpose.
struct MemoryPlan {
  std::vector<std::pair<std::string, std::size_t>> parts;  ///< bytes
  std::size_t total = 0;
  /// "94.0 MB: G 32.7, D 10.2, activations 4.1, data 47.0".
  std::string text() const;
};

/// Throws no_device unless `plan`, that of `batch`, fits the device; the message names the largest
/// batch that would, by `plan_of`.
void require_memory(const MemoryPlan& plan, const DeviceInfo& device, std::int64_t batch,
                    const std::function<MemoryPlan(std::int64_t)>& plan_of);

}  // namespace vgan
