// What kernel code sees: the keywords, the indices, barriers, warp operations and atomics.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "../vector_types.h"
#include "operations.hpp"
#include "tensor_core.hpp"

#define __global__
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __grid_constant__
// Blocks run one after another, so one copy serves them all (tests/simt/access.cpp poisons it).
#define __shared__ static
#define __align__(bytes) alignas(bytes)

// A thread's own indices never change while it runs, so it may keep them in registers: const here,
// written by the executor at every switch.
extern const uint3 threadIdx asm("simt_thread_index");
extern const uint3 blockIdx asm("simt_block_index");
extern const uint3 blockDim asm("simt_block_dim");
extern const uint3 gridDim asm("simt_grid_dim");
inline constexpr int warpSize = 32;

namespace simt {

template <class T>
std::uint64_t to_bits(T value) {
  static_assert(sizeof(T) <= 8 && std::is_trivially_copyable_v<T>);
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}

template <class T>
T shuffle(WarpOp op, unsigned mask, T value, int argument, int width) {
  const std::uint64_t bits = warp_operation(op, mask, to_bits(value), argument, width);
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

/// Threads are switched only at barriers, so a plain update is atomic; only the check is special.
template <class T, class Update>
__attribute__((no_sanitize_thread)) T atomic_update(T* address, Update update) {
  atomic_access(address, sizeof(T));
  const T old = *address;
  *address = update(old);
  return old;
}

}  // namespace simt

inline void __syncthreads() { simt::block_barrier(simt::BlockOp::sync, 0); }
inline int __syncthreads_count(int p) { return simt::block_barrier(simt::BlockOp::count, p); }
inline int __syncthreads_and(int p) { return simt::block_barrier(simt::BlockOp::all, p); }
inline int __syncthreads_or(int p) { return simt::block_barrier(simt::BlockOp::any, p); }

inline void __syncwarp(unsigned mask = 0xFFFFFFFFu) {
  simt::warp_operation(simt::WarpOp::sync, mask, 0, 0, 32);
}
template <class T>
T __shfl_sync(unsigned mask, T value, int lane, int width = 32) {
  return simt::shuffle(simt::WarpOp::shuffle, mask, value, lane, width);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  return simt::shuffle(simt::WarpOp::shuffle_up, mask, value, static_cast<int>(delta), width);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  return simt::shuffle(simt::WarpOp::shuffle_down, mask, value, static_cast<int>(delta), width);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32) {
  return simt::shuffle(simt::WarpOp::shuffle_xor, mask, value, lane_mask, width);
}
inline unsigned __ballot_sync(unsigned mask, int p) {
  return static_cast<unsigned>(simt::warp_operation(simt::WarpOp::ballot, mask, p != 0, 0, 32));
}
inline int __any_sync(unsigned mask, int p) {
  return static_cast<int>(simt::warp_operation(simt::WarpOp::any, mask, p != 0, 0, 32));
}
inline int __all_sync(unsigned mask, int p) {
  return static_cast<int>(simt::warp_operation(simt::WarpOp::all, mask, p != 0, 0, 32));
}
inline unsigned __activemask() { return simt::active_lanes(); }

#define VGAN_SIMT_REDUCE(name, type, op)                                                         \
  inline type name(unsigned mask, type value) {                                                  \
    return static_cast<type>(                                                                    \
        simt::warp_operation(simt::WarpOp::op, mask, static_cast<std::uint32_t>(value), 0, 32)); \
  }
VGAN_SIMT_REDUCE(__reduce_add_sync, unsigned, reduce_add)
VGAN_SIMT_REDUCE(__reduce_add_sync, int, reduce_add)
VGAN_SIMT_REDUCE(__reduce_min_sync, unsigned, reduce_min_unsigned)
VGAN_SIMT_REDUCE(__reduce_min_sync, int, reduce_min_signed)
VGAN_SIMT_REDUCE(__reduce_max_sync, unsigned, reduce_max_unsigned)
VGAN_SIMT_REDUCE(__reduce_max_sync, int, reduce_max_signed)
VGAN_SIMT_REDUCE(__reduce_and_sync, unsigned, reduce_and)
VGAN_SIMT_REDUCE(__reduce_or_sync, unsigned, reduce_or)
VGAN_SIMT_REDUCE(__reduce_xor_sync, unsigned, reduce_xor)
#undef VGAN_SIMT_REDUCE

template <class T>
T atomicAdd(T* address, std::type_identity_t<T> value) {
  return simt::atomic_update(address, [=](T old) { return static_cast<T>(old + value); });
}
template <class T>
T atomicSub(T* address, std::type_identity_t<T> value) {
  return simt::atomic_update(address, [=](T old) { return static_cast<T>(old - value); });
}
template <class T>
T atomicMax(T* address, std::type_identity_t<T> value) {
  return simt::atomic_update(address, [=](T old) { return old < value ? value : old; });
}
template <class T>
T atomicMin(T* address, std::type_identity_t<T> value) {
  return simt::atomic_update(address, [=](T old) { return value < old ? value : old; });
}
template <class T>
T atomicOr(T* address, std::type_identity_t<T> value) {
  return simt::atomic_update(address, [=](T old) { return old | value; });
}
template <class T>
T atomicAnd(T* address, std::type_identity_t<T> value) {
  return simt::atomic_update(address, [=](T old) { return old & value; });
}
template <class T>
T atomicXor(T* address, std::type_identity_t<T> value) {
  return simt::atomic_update(address, [=](T old) { return old ^ value; });
}
template <class T>
T atomicExch(T* address, std::type_identity_t<T> value) {
  return simt::atomic_update(address, [=](T) { return value; });
}
template <class T>
T atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
  return simt::atomic_update(address, [=](T old) { return old == expected ? value : old; });
}

// Threads of other blocks are never running.
inline void __threadfence() {}
inline void __threadfence_block() {}
inline void __threadfence_system() {}
inline void cudaGridDependencySynchronize() { simt::wait_for_previous_launch(); }
inline void cudaTriggerProgrammaticLaunchCompletion() { simt::let_next_launch_start(); }

template <class T>
T __ldg(const T* address) {
  return *address;
}
template <class T>
T __ldcg(const T* address) {
  return *address;
}

inline float __uint_as_float(unsigned bits) { return std::bit_cast<float>(bits); }
inline float __int_as_float(int bits) { return std::bit_cast<float>(bits); }
inline unsigned __float_as_uint(float value) { return std::bit_cast<unsigned>(value); }
inline int __float_as_int(float value) { return std::bit_cast<int>(value); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fsqrt_rn(float a) { return std::sqrt(a); }
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
inline float rsqrtf(float a) { return 1.0F / std::sqrt(a); }
inline int __popc(unsigned bits) { return std::popcount(bits); }
inline int __clz(int bits) { return std::countl_zero(static_cast<unsigned>(bits)); }
inline int __ffs(int bits) {
  return bits == 0 ? 0 : std::countr_zero(static_cast<unsigned>(bits)) + 1;
}
inline unsigned __umulhi(unsigned a, unsigned b) {
  return static_cast<unsigned>((std::uint64_t{a} * b) >> 32);
}
using std::max;
using std::min;
