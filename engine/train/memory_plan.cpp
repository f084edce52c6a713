#include "engine/train/memory_plan.hpp"

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/train/require_memory.hpp"

namespace vgan {
namespace {

std::string megabytes(std::size_t bytes) {
  return fixed_text(static_cast<double>(bytes) * 1e-6, 1);
}

}  // namespace

std::string MemoryPlan::text() const {
  std::string line;
  for (const auto& [name, bytes] : parts) {
    line += (line.empty() ? "" : ", ") + name + " " + megabytes(bytes);
  }
  return megabytes(total) + " MB: " + line;
}

// Bytes grow with the batch, so the largest that fits is found by halving.
void require_memory(const MemoryPlan& plan, const DeviceInfo& device, std::int64_t batch,
                    const std::function<MemoryPlan(std::int64_t)>& plan_of) {
  if (plan.total <= device.memory) return;
  std::int64_t fits = 0;
  for (std::int64_t step = batch; step > 0; step /= 2) {
    while (fits + step < batch && plan_of(fits + step).total <= device.memory) fits += step;
  }
  throw Error(ErrorCode::no_device,
              {"not enough memory", device.name, plan.text(), megabytes(device.memory) + " MB",
               fits > 0 ? "the largest batch that fits is " + std::to_string(fits)
                        : "no batch fits: use narrower layers or less data"});
}

}  // namespace vgan
