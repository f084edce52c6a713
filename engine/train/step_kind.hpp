// `--step`: how the alternating step is computed.
#pragma once

#include <cstdint>
#include <string>

#include "engine/device/backend.hpp"

namespace vgan {

struct StepKind {
  /// Adam rides along the backward pass, by the seam's fused operations; else products, the
  /// pointwise work around them and one Adam step a network are operations of their own.
  bool fused = false;
  std::string reason;  ///< half a line, for people
};

/// What "auto", "graph" or "fused" means on this device at this batch; `can_fuse`: whether the
/// networks are such that updates can ride along. Throws bad_config for another word, and for
/// "fused" where they cannot.
StepKind choose_step(const std::string& name, const DeviceInfo& device, std::int64_t batch,
                     bool can_fuse = true);

}  // namespace vgan
