// Runs a loop as it is compiled for the widest vectors that instruction_set() allows, so that one
// portable binary uses AVX2 or AVX-512 where the machine has them. Results are the same at every
// width: there is no contraction (-ffp-contract=off) and no reassociation.
//
//   VGAN_WIDEST(add_row)(from, count, to);
//
// The clones of a loop differ in their target alone, and `flatten` compiles the loop into each.
// (target_clones does this by itself, but picks when the program is loaded, by the processor only.)
#pragma once

#include "kernels/cpu/team/processor.hpp"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define VGAN_CPU_CLONES
// Not arch=skylake-avx512: into that GCC inlines nothing compiled for another arch.
#define VGAN_AVX512 "avx512f,avx512bw,avx512vl,avx512dq,avx512cd"
#endif

namespace vgan::cpu {

/// A loop that is called with numbers, pointers and small structs, all by value.
template <class Loop>
struct Widest {
  Loop loop;

#if defined(VGAN_CPU_CLONES)
  template <class... Arguments>
  auto operator()(Arguments... arguments) const {
    const InstructionSet set = instruction_set();
    if (set >= InstructionSet::avx512) return avx512(arguments...);
    if (set == InstructionSet::avx2) return avx2(arguments...);
    return baseline(arguments...);
  }

  template <class... Arguments>
  __attribute__((target(VGAN_AVX512), flatten, noinline)) auto avx512(
      Arguments... arguments) const {
    return loop(arguments...);
  }
  template <class... Arguments>
  __attribute__((target("avx2"), flatten, noinline)) auto avx2(Arguments... arguments) const {
    return loop(arguments...);
  }
  template <class... Arguments>
  __attribute__((flatten, noinline)) auto baseline(Arguments... arguments) const {
    return loop(arguments...);
  }
#else
  template <class... Arguments>
  auto operator()(Arguments... arguments) const {
    return loop(arguments...);
  }
#endif
};

template <class Loop>
Widest(Loop) -> Widest<Loop>;

}  // namespace vgan::cpu

/// The function named, overloads and template arguments and all, as such a loop.
#define VGAN_WIDEST(...)                                        \
  ::vgan::cpu::Widest {                                         \
    [](auto... arguments) { return __VA_ARGS__(arguments...); } \
  }
