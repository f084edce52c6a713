// A warp's product of 32 x 32 sums from tiles in shared memory, in three arithmetics.
//
// All three keep the sums where the tensor cores do: of lane (g, t) = (lane / 4, lane % 4),
// sums[i][j][e] is at row 16 i + g + 8 (e / 2), column 8 j + 2 t + e % 2.
#pragma once

#include <cstdint>

#include "kernels/cuda/fused/tensor_core.hpp"
#include "kernels/math/bfloat16.hpp"

namespace vgan::cuda {

/// What the operands of a product are, and how they are multiplied; sums are float.
enum class Arithmetic : std::uint8_t {
  bf16,  ///< bf16 in memory, on tensor cores
  tf32,  ///< float in memory, rounded to tf32, on tensor cores
  fp32   ///< float, fused multiply-adds in the order of k
};

#if defined(__CUDACC__)

/// A tile in shared memory, of which a warp uses 32 rows (of a; columns of b) and some depth.
/// `ByK`: element (i, k) is at [i * Pitch + k], else at [k * Pitch + i].
template <class T, bool ByK, int Pitch>
struct SharedTile {
  const T* data;

  __device__ const T* at(int i, int k) const {
    return data + (ByK ? i * Pitch + k : k * Pitch + i);
  }
};

using WarpSums = float[2][4][4];

template <Arithmetic>
struct WarpProduct;

// Pitches: an odd number of 16 bytes, so that the eight rows of a matrix lie in distinct banks.
template <>
struct WarpProduct<Arithmetic::bf16> {
  using Element = math::BFloat16;
  static constexpr int depth = 16;  ///< of one call of `add`
  static constexpr int pitch_by_k(int depth_of_tile) { return depth_of_tile + 8; }
  static constexpr int pitch_by_row(int width) { return width + 8; }

  template <bool AByK, int APitch, bool BByK, int BPitch>
  static __device__ void add(WarpSums& sums, SharedTile<Element, AByK, APitch> a, int row,
                             SharedTile<Element, BByK, BPitch> b, int col, int k) {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int first_half = lane % 8 + lane / 8 % 2 * 8;  // matrices 0, 1 above 0, 1: rows 0 to 15
    const int second_half = lane / 16 * 8;               // matrices 2, 3 are 8 columns on
    const int other_half = lane % 8 + lane / 16 * 8;     // the same with 1 and 2 exchanged
    const int other_second = lane / 8 % 2 * 8;
    std::uint32_t a_parts[2][4];
    VGAN_UNROLL
    for (int i = 0; i < 2; ++i) {
      const Element* from = AByK ? a.at(row + 16 * i + first_half, k + second_half)
                                 : a.at(row + 16 * i + other_second, k + other_half);
      load_four_matrices<!AByK>(a_parts[i], from);
    }
    VGAN_UNROLL
    for (int j = 0; j < 4; j += 2) {
      const Element* from = BByK ? b.at(col + 8 * j + other_half, k + other_second)
                                 : b.at(col + 8 * j + second_half, k + first_half);
      std::uint32_t both[4];
      load_four_matrices<!BByK>(both, from);
      const std::uint32_t left[2] = {both[0], both[1]};
      const std::uint32_t right[2] = {both[2], both[3]};
      VGAN_UNROLL
      for (int i = 0; i < 2; ++i) {
        mma_m16n8k16_bf16(sums[i][j], a_parts[i], left);
        mma_m16n8k16_bf16(sums[i][j + 1], a_parts[i], right);
      }
    }
  }
};

// Pitches of floats: 4 beside a multiple of 32 by k, where lane (g, t) reads (g, t); 8 by row,
// where it reads (t, g): all lanes in distinct banks.
struct FloatPitches {
  static constexpr int pitch_by_k(int depth_of_tile) { return depth_of_tile + 4; }
  static constexpr int pitch_by_row(int width) { return width + 8; }
};

template <>
struct WarpProduct<Arithmetic::tf32> : FloatPitches {
  using Element = float;
  static constexpr int depth = 8;

  template <bool AByK, int APitch, bool BByK, int BPitch>
  static __device__ void add(WarpSums& sums, SharedTile<Element, AByK, APitch> a, int row,
                             SharedTile<Element, BByK, BPitch> b, int col, int k) {
    const int g = static_cast<int>(threadIdx.x) % 32 / 4;
    const int t = static_cast<int>(threadIdx.x) % 4;
    std::uint32_t a_parts[2][4];
    VGAN_UNROLL
    for (int i = 0; i < 2; ++i) {
      VGAN_UNROLL
      for (int r = 0; r < 4; ++r) {
        a_parts[i][r] = round_to_tf32(*a.at(row + 16 * i + g + r % 2 * 8, k + t + r / 2 * 4));
      }
    }
    VGAN_UNROLL
    for (int j = 0; j < 4; ++j) {
      const std::uint32_t b_part[2] = {round_to_tf32(*b.at(col + 8 * j + g, k + t)),
                                       round_to_tf32(*b.at(col + 8 * j + g, k + t + 4))};
      VGAN_UNROLL
      for (int i = 0; i < 2; ++i) mma_m16n8k8_tf32(sums[i][j], a_parts[i], b_part);
    }
  }
};

template <>
struct WarpProduct<Arithmetic::fp32> : FloatPitches {
  using Element = float;
  static constexpr int depth = 4;

  // Each lane: 4 rows by 8 columns, one outer product for each k.
  template <bool AByK, int APitch, bool BByK, int BPitch>
  static __device__ void add(WarpSums& sums, SharedTile<Element, AByK, APitch> a, int row,
                             SharedTile<Element, BByK, BPitch> b, int col, int k) {
    const int g = static_cast<int>(threadIdx.x) % 32 / 4;
    const int t = static_cast<int>(threadIdx.x) % 4;
    VGAN_UNROLL
    for (int p = k; p < k + depth; ++p) {
      float rows[2][2];
      float cols[4][2];
      VGAN_UNROLL
      for (int i = 0; i < 4; ++i) rows[i / 2][i % 2] = *a.at(row + 8 * i + g, p);
      VGAN_UNROLL
      for (int j = 0; j < 8; ++j) cols[j / 2][j % 2] = *b.at(col + j / 2 * 8 + 2 * t + j % 2, p);
      VGAN_UNROLL
      for (int i = 0; i < 2; ++i) {
        VGAN_UNROLL
        for (int j = 0; j < 4; ++j) {
          VGAN_UNROLL
          for (int e = 0; e < 4; ++e) {
            sums[i][j][e] = __fmaf_rn(rows[i][e / 2], cols[j][e % 2], sums[i][j][e]);
          }
        }
      }
    }
  }
};

#endif  // __CUDACC__

}  // namespace vgan::cuda
