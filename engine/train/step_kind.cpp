#include "engine/train/step_kind.hpp"

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"

namespace vgan {

ChosenStep choose_step(StepKind wanted, const DeviceInfo& device, std::int64_t batch,
                       bool can_fuse) {
  if (wanted == StepKind::fused && !can_fuse) {
    refuse_setting("step", "'fused' for these networks", "auto, graph",
                   "updates ride along only in plain dense networks");
  }
  if (wanted != StepKind::automatic) return {wanted == StepKind::fused, "as asked for"};
  if (!can_fuse) return {false, "these networks are more than plain dense layers"};
  const std::string at = "batch " + std::to_string(batch);
  if (device.fused_batch == 0) return {true, "Adam moves a slice of weights while it is in cache"};
  if (batch > device.fused_batch) return {false, at + " is for the library's large tiles"};
  return {true, at + " has few launches and little memory traffic that way"};
}

}  // namespace vgan
