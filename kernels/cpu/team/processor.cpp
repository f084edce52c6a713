#include "kernels/cpu/team/processor.hpp"

#include <algorithm>
#include <cstdlib>

#include <dnnl.hpp>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace vgan::cpu {
namespace {

#if defined(__x86_64__) && defined(__GNUC__)

bool has_amx() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d >> 22 & 1) != 0 && (d >> 24 & 1) != 0;
}

// Linux hands out the tiles' registers on request: ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA in
// Documentation/arch/x86/xstate.rst, 5.16 on.
bool may_use_tiles() {
  constexpr int request_permission = 0x1023;
  constexpr int tile_data = 18;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

InstructionSet detect() {
  if (!__builtin_cpu_supports("avx2")) return InstructionSet::baseline;
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512cd");
  if (!avx512) return InstructionSet::avx2;
  return has_amx() && may_use_tiles() ? InstructionSet::amx : InstructionSet::avx512;
}

bool onednn_has(dnnl::cpu_isa set) {
  // A set's number has the bits of all sets that it includes.
  const auto effective = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
  return (effective & static_cast<unsigned>(set)) == static_cast<unsigned>(set);
}

bool ask_for_fast_bf16() { return onednn_has(dnnl::cpu_isa::avx512_core_bf16); }

InstructionSet onednn_set() {
  if (onednn_has(dnnl::cpu_isa::avx512_core_amx)) return InstructionSet::amx;
  if (onednn_has(dnnl::cpu_isa::avx512_core)) return InstructionSet::avx512;
  if (onednn_has(dnnl::cpu_isa::avx2)) return InstructionSet::avx2;
  return InstructionSet::baseline;
}

#else

InstructionSet detect() { return InstructionSet::baseline; }
InstructionSet onednn_set() { return InstructionSet::baseline; }
bool ask_for_fast_bf16() { return false; }

#endif

std::string limit_of_environment() {
  for (const char* name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return std::string(name) + "=" + value;
  }
  return "";
}

Processor look() {
  const InstructionSet best = detect();
  return {best, std::min(best, onednn_set()), limit_of_environment()};
}

bool ask_for_bf16() {
  using dnnl::memory;
  const auto matrix = [](memory::data_type type) {
    return memory::desc({16, 16}, type, memory::format_tag::ab);
  };
  try {
    const memory::desc operand = matrix(memory::data_type::bf16);
    const dnnl::matmul::desc product(operand, operand, matrix(memory::data_type::f32));
    (void)dnnl::matmul::primitive_desc(product, dnnl::engine(dnnl::engine::kind::cpu, 0));
    return true;
  } catch (const dnnl::error&) {
    return false;
  }
}

}  // namespace

const char* name_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx2: return "AVX2";
    case InstructionSet::avx512: return "AVX-512";
    case InstructionSet::amx: return "AVX-512 and AMX";
    case InstructionSet::baseline: break;
  }
#if defined(__x86_64__)
  return "SSE2";
#elif defined(__aarch64__)
  return "Advanced SIMD";
#else
  return "the compiler's choice";
#endif
}

const Processor& processor() {
  static const Processor one = look();
  return one;
}

InstructionSet instruction_set() {
  static const InstructionSet used = processor().used;
  return used;
}

bool onednn_has_bf16() {
  static const bool has = ask_for_bf16();
  return has;
}

bool onednn_has_fast_bf16() {
  static const bool has = ask_for_fast_bf16();
  return has;
}

}  // namespace vgan::cpu
