#include "engine/device/instructions.hpp"
#include "kernels/cpu/products/amx.hpp"
#include "kernels/cpu/team/processor.hpp"

namespace vgan {
namespace {

const char* bf16_text() {
  if (cpu::amx::usable()) return "on AMX";
  return cpu::onednn_has_bf16() ? "without matrix units" : "by f32 products";
}

}  // namespace

CpuInstructions cpu_instructions() {
  const cpu::Processor& found = cpu::processor();
  CpuInstructions text{cpu::name_of(found.used), cpu::name_of(found.best), "detected", bf16_text()};
  if (found.used < found.best) {
    text.why = (found.limit.empty() ? "oneDNN" : found.limit) +
               " allows no more; the processor has " + text.best;
  } else if (!found.limit.empty()) {
    text.why = "detected; " + found.limit + " takes nothing away";
  }
  return text;
}

}  // namespace vgan
