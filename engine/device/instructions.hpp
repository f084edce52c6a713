// Which of the processor's instruction sets the CPU backend computes with.
#pragma once

#include <string>

namespace vgan {

/// The CPU's instruction sets, as far as what is computed with differs by them.
struct CpuInstructions {
  std::string used;  ///< "SSE2", "AVX2", "AVX-512", "AVX-512 and AMX"; "Advanced SIMD" on ARM
  std::string best;  ///< what the processor has
  std::string why;   ///< why that one is used: detected, or limited by the environment
  std::string
      bf16;  ///< how bf16 is multiplied: "on AMX", "without matrix units", "by f32 products"
};

CpuInstructions cpu_instructions();

}  // namespace vgan
