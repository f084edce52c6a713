// Instructions that CUDA C++ has no name for, one function each: tensor-core products, the loads
// of their fragments, copies past the registers, and the order of programmatic launches. From
// sm_80 on; on the host executor each has a twin (tests/simt/include/simt/tensor_core.hpp).
//
// Lane l of a warp has g = l / 4 and t = l % 4; fragments are as in the PTX ISA, "Matrix
// multiply-accumulate operation using mma instruction".
#pragma once

#include <cstdint>

#include <cuda_runtime.h>

#if defined(__CUDACC__)

// Loops over arrays that must stay in registers.
#if defined(VGAN_SIMT)
#define VGAN_UNROLL
#else
#define VGAN_UNROLL _Pragma("unroll")
#endif

namespace vgan::cuda {

/// c[16, 8] += a[16, 16] b[16, 8] in float, by a whole warp. Registers hold two bf16, the lower
/// column (of a) or row (of b) in the low half:
///   a: rows g, g + 8, g, g + 8; columns 2 t, the last two + 8
///   b: rows 2 t, 2 t + 8; column g
///   c: (g, 2 t), (g, 2 t + 1), (g + 8, 2 t), (g + 8, 2 t + 1)
__device__ inline void mma_m16n8k16_bf16(float (&c)[4], const std::uint32_t (&a)[4],
                                         const std::uint32_t (&b)[2]) {
#if defined(VGAN_SIMT)
  simt::mma_m16n8k16_bf16(c, a, b);
#else
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

/// c[16, 8] += a[16, 8] b[8, 8] in float, by a whole warp; operands from `round_to_tf32`.
///   a: rows g, g + 8, g, g + 8; column t, the last two + 4
///   b: rows t, t + 4; column g
///   c: as above
__device__ inline void mma_m16n8k8_tf32(float (&c)[4], const std::uint32_t (&a)[4],
                                        const std::uint32_t (&b)[2]) {
#if defined(VGAN_SIMT)
  simt::mma_m16n8k8_tf32(c, a, b);
#else
  asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

/// To 10 stored bits of mantissa, nearest, ties away from zero.
__device__ inline std::uint32_t round_to_tf32(float value) {
#if defined(VGAN_SIMT)
  return simt::round_to_tf32(value);
#else
  std::uint32_t rounded;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(value));
  return rounded;
#endif
}

#if !defined(VGAN_SIMT)
__device__ inline std::uint32_t shared_address(const void* pointer) {
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(pointer));
}
#endif

/// Four 8 x 8 matrices of 16-bit elements from shared memory, by a whole warp: lane 8 j + i has the
/// address of row i of matrix j, 16 bytes, aligned. Register j gets elements (g, 2 t) and
/// (g, 2 t + 1) of matrix j; transposed, (2 t, g) and (2 t + 1, g).
template <bool Transposed>
__device__ void load_four_matrices(std::uint32_t (&registers)[4], const void* row) {
#if defined(VGAN_SIMT)
  simt::load_matrices(registers, row, 4, Transposed);
#else
  if constexpr (Transposed) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(registers[0]), "=r"(registers[1]), "=r"(registers[2]), "=r"(registers[3])
                 : "r"(shared_address(row))
                 : "memory");
  } else {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(registers[0]), "=r"(registers[1]), "=r"(registers[2]), "=r"(registers[3])
                 : "r"(shared_address(row))
                 : "memory");
  }
#endif
}

/// Loads two matrices in place of four; lanes 0 to 15 have the addresses, the others one that is
/// valid.
template <bool Transposed>
__device__ void load_two_matrices(std::uint32_t (&registers)[2], const void* row) {
#if defined(VGAN_SIMT)
  simt::load_matrices(registers, row, 2, Transposed);
#else
  if constexpr (Transposed) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                 : "=r"(registers[0]), "=r"(registers[1])
                 : "r"(shared_address(row))
                 : "memory");
  } else {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];"
                 : "=r"(registers[0]), "=r"(registers[1])
                 : "r"(shared_address(row))
                 : "memory");
  }
#endif
}

/// Starts a copy of `Bytes` (4, 8 or 16) from global to shared memory, both aligned to as many; the
/// bytes from `valid` on are not read and arrive as zeros.
template <int Bytes>
__device__ void copy_async(void* shared, const void* global, int valid) {
  static_assert(Bytes == 4 || Bytes == 8 || Bytes == 16);
#if defined(VGAN_SIMT)
  simt::copy_async(shared, global, Bytes, static_cast<unsigned>(valid));
#else
  if constexpr (Bytes == 16) {  // past L1: a tile is read once by its block
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(shared)),
                 "l"(global), "r"(valid)
                 : "memory");
  } else {
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(shared_address(shared)),
                 "l"(global), "n"(Bytes), "r"(valid)
                 : "memory");
  }
#endif
}

/// Makes one group of this thread's copies since the last one; it may be empty.
__device__ inline void commit_copies() {
#if defined(VGAN_SIMT)
  simt::commit_copies();
#else
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

/// Waits until all but this thread's latest `Pending` groups have arrived; other threads see them
/// after the next __syncthreads.
template <int Pending>
__device__ void wait_for_copies() {
#if defined(VGAN_SIMT)
  simt::wait_for_copies(Pending);
#else
  asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
#endif
}

// ---- Programmatic launches (`LaunchShape::programmatic`)
// -----------------------------------------
//
// The rule of this project's kernels: first what the kernel just before does not write, then
// wait_for_previous_kernel(), by every thread, then at once let_next_kernel_start(). So a kernel
// that starts early knows that its predecessor has waited, hence that everything before its
// predecessor is finished: all that may still be running is the one kernel just before.

/// Until the kernels before this one are finished and their writes are seen. Nothing where the
/// launch was not programmatic, or below sm_90.
__device__ inline void wait_for_previous_kernel() {
#if defined(VGAN_SIMT)
  cudaGridDependencySynchronize();
#elif defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

/// The next kernel, if launched programmatically, may start once all blocks have said this.
__device__ inline void let_next_kernel_start() {
#if defined(VGAN_SIMT)
  cudaTriggerProgrammaticLaunchCompletion();
#elif defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

}  // namespace vgan::cuda

#endif  // __CUDACC__
