// What the processor offers and how much of it is used, found out once. Whatever differs by
// instruction set asks here, so that ONEDNN_MAX_CPU_ISA imitates a smaller machine as a whole.
#pragma once

#include <cstdint>
#include <string>

namespace vgan::cpu {

/// What kernels differ by; each has those before it. `baseline` is what every processor of the
/// architecture has: SSE2 on x86-64, Advanced SIMD on ARM.
enum class InstructionSet : std::uint8_t {
  baseline,
  avx2,
  avx512,  ///< F, BW, VL, DQ and CD, as Skylake-SP has them
  amx,     ///< with tiles of bf16
};

/// "SSE2", "AVX2", "AVX-512", "AVX-512 and AMX"; "Advanced SIMD" on ARM.
const char* name_of(InstructionSet set);

struct Processor {
  InstructionSet best;  ///< of the processor, as far as the system saves its registers
  InstructionSet used;  ///< the best, or less where oneDNN was told so
  /// ONEDNN_MAX_CPU_ISA=VALUE (or DNNL_MAX_CPU_ISA) where it is set, else empty. oneDNN reads it
  /// once, when it is first asked.
  std::string limit;
};

const Processor& processor();

/// processor().used
InstructionSet instruction_set();

/// Whether oneDNN multiplies bf16 numbers itself, by instructions for it or by emulation. Where it
/// does not, products of bf16 are computed in f32 from widened operands.
bool onednn_has_bf16();
/// Whether it does so by instructions for it (AVX512_BF16 or AMX).
bool onednn_has_fast_bf16();

}  // namespace vgan::cpu
