// What kernels/cuda/fused/tensor_core.hpp is on the host executor: the instructions of the PTX ISA
// that CUDA C++ has no name for. Their fragments are laid out as the PTX ISA says, sections "Matrix
// multiply-accumulate operation using mma instruction" and "ldmatrix".
#pragma once

#include <cstddef>
#include <cstdint>

namespace simt {

/// c[16, 8] += a[16, 16] b[16, 8] over a whole warp, sums in float, in the order of k.
void mma_m16n8k16_bf16(float* c, const std::uint32_t* a, const std::uint32_t* b);
/// c[16, 8] += a[16, 8] b[8, 8]; the low 13 bits of an operand do not count.
void mma_m16n8k8_tf32(float* c, const std::uint32_t* a, const std::uint32_t* b);
/// cvt.rna.tf32.f32: to nearest, ties away from zero.
std::uint32_t round_to_tf32(float value);

/// `count` matrices of 8 rows of 16 bytes; lane 8 j + i has the address of row i of matrix j.
void load_matrices(std::uint32_t* registers, const void* row, int count, bool transposed);

/// cp.async: `bytes` to shared memory, of which `valid` come from global memory and the rest are
/// zeros. What is there meanwhile is poison.
void copy_async(void* shared, const void* global, unsigned bytes, unsigned valid);
void commit_copies();
/// All but the latest `pending` groups of this thread have arrived.
void wait_for_copies(int pending);

}  // namespace simt
