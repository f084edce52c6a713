#include "engine/train/step_kind.hpp"

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"

namespace vgan {

StepKind choose_step(const std::string& name, const DeviceInfo& device, std::int64_t batch,
                     bool can_fuse) {
  if (name == "fused" && !can_fuse) {
    refuse_setting("step", "'fused' for these networks", "auto, graph",
                   "updates ride along only in plain dense networks without conditions");
  }
  if (name == "fused" || name == "graph") return {name == "fused", "as asked for"};
  if (name != "auto") {
    refuse_setting("step", "'" + name + "'", "auto, graph, fused");
  }
  if (!can_fuse) return {false, "these networks are more than plain dense layers"};
  const std::string at = "batch " + std::to_string(batch);
  if (device.fused_batch == 0) return {true, "Adam moves a slice of weights while it is in cache"};
  if (batch > device.fused_batch) return {false, at + " is for the library's large tiles"};
  return {true, at + " has few launches and little memory traffic that way"};
}

}  // namespace vgan
