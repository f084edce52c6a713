// Compiles a loop once for each vector width and picks at load time, so that one portable binary
// uses AVX2 or AVX-512 where the machine has them. Results are the same in every clone: there is
// no contraction (-ffp-contract=off) and no reassociation.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define VGAN_CPU_CLONES __attribute__((target_clones("default", "avx2", "arch=skylake-avx512")))
#else
#define VGAN_CPU_CLONES
#endif
