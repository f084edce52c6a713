// `--step`: how the alternating step is computed.
#pragma once

#include <cstdint>
#include <string>

#include "engine/device/backend.hpp"
#include "engine/settings/choices.hpp"

namespace vgan {

struct ChosenStep {
  /// Adam rides along the backward pass, by the seam's fused operations; else products, the
  /// pointwise work around them and one Adam step a network are operations of their own.
  bool fused = false;
  std::string reason;  ///< half a line, for people
};

/// What `--step` means on this device at this batch; `can_fuse`: whether the networks are such that
/// updates can ride along. Throws bad_config for `fused` where they cannot.
ChosenStep choose_step(StepKind wanted, const DeviceInfo& device, std::int64_t batch,
                       bool can_fuse = true);

}  // namespace vgan
