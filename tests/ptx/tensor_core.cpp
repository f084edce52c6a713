// mma.sync and ldmatrix. Fragments are laid out as the PTX ISA says, sections "Matrix Fragments for
// mma.m16n8k8", "Matrix Fragments for mma.m16n8k16 with floating point type" and "ldmatrix".
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "tests/ptx/handlers.hpp"
#include "tests/ptx/lanes.hpp"
#include "tests/ptx/memory.hpp"

namespace ptx {

namespace {

constexpr int rows = 16;
constexpr int cols = 8;
constexpr int most_depth = 16;

struct Matrices {
  int depth = 0;
  double a[rows][most_depth] = {};
  double b[most_depth][cols] = {};
};

float half_of(std::uint32_t pair, int which) {
  return std::bit_cast<float>(pair >> (16 * which) << 16);
}

/// a0 .. a7 at row groupID (+ 8 for a2, a3, a6, a7), column threadID * 2 + (i & 1) (+ 8 from a4
/// on); b0 .. b3 at row threadID * 2 + (i & 1) (+ 8 from b2 on), column groupID. Two to a register,
/// the low half first.
void gather_bf16(const Warp& warp, const Instruction& in, Matrices& m) {
  m.depth = 16;
  for (int l = 0; l < warp_size; ++l) {
    const int group = l / 4;
    const int thread = l % 4;
    for (int i = 0; i < 8; ++i) {
      const auto place = static_cast<std::size_t>(4 + i / 2);
      const std::uint32_t pair = Lanes<std::uint32_t>(warp, in.operands[place])[l];
      const int row = group + ((i & 2) != 0 ? 8 : 0);
      m.a[row][thread * 2 + (i & 1) + (i >= 4 ? 8 : 0)] = half_of(pair, i & 1);
    }
    for (int i = 0; i < 4; ++i) {
      const auto place = static_cast<std::size_t>(8 + i / 2);
      const std::uint32_t pair = Lanes<std::uint32_t>(warp, in.operands[place])[l];
      m.b[thread * 2 + (i & 1) + (i >= 2 ? 8 : 0)][group] = half_of(pair, i & 1);
    }
  }
}

/// a0 .. a3 at row groupID (+ 8 for a1, a3), column threadID (+ 4 from a2 on); b0, b1 at row
/// threadID (+ 4 for b1), column groupID. The low 13 bits do not count.
void gather_tf32(const Warp& warp, const Instruction& in, Matrices& m) {
  constexpr std::uint32_t counted = 0xFFFFE000U;
  m.depth = 8;
  for (int l = 0; l < warp_size; ++l) {
    const int group = l / 4;
    const int thread = l % 4;
    for (int i = 0; i < 4; ++i) {
      const auto place = static_cast<std::size_t>(4 + i);
      const std::uint32_t bits = Lanes<std::uint32_t>(warp, in.operands[place])[l] & counted;
      m.a[group + ((i & 1) != 0 ? 8 : 0)][thread + (i >= 2 ? 4 : 0)] = std::bit_cast<float>(bits);
    }
    for (int i = 0; i < 2; ++i) {
      const auto place = static_cast<std::size_t>(8 + i);
      const std::uint32_t bits = Lanes<std::uint32_t>(warp, in.operands[place])[l] & counted;
      m.b[thread + 4 * i][group] = std::bit_cast<float>(bits);
    }
  }
}

/// Tensor cores align the terms to the largest, cut them 24 bits below its leading one, and cut the
/// sum to a float (M. Fasi et al., "Numerical behavior of NVIDIA tensor cores", PeerJ CS 7:e330,
/// 2021, found so on earlier generations). False where this is not defined.
bool cut_sum(const Matrices& m, int row, int col, double before, float& result) {
  double most = std::fabs(before);
  for (int k = 0; k < m.depth; ++k) most = std::max(most, std::fabs(m.a[row][k] * m.b[k][col]));
  if (!(most > 0) || !std::isfinite(most)) return false;
  const double quantum = std::ldexp(1.0, std::ilogb(most) - 24);
  double sum = std::trunc(before / quantum);
  for (int k = 0; k < m.depth; ++k) sum += std::trunc(m.a[row][k] * m.b[k][col] / quantum);
  sum *= quantum;
  result = static_cast<float>(sum);
  if (std::fabs(static_cast<double>(result)) > std::fabs(sum))
    result = std::nextafter(result, 0.0F);
  return true;
}

float multiply_add(const Matrices& m, int row, int col, double before, bool cut) {
  float result = 0.0F;
  if (cut && cut_sum(m, row, col, before, result)) return result;
  double sum = 0.0;
  for (int k = 0; k < m.depth; ++k) sum += m.a[row][k] * m.b[k][col];
  return canonical(static_cast<float>(sum + before));
}

/// d0 .. d3, as c0 .. c3, at row groupID (+ 8 from 2 on), column threadID * 2 + (i & 1).
template <void Gather(const Warp&, const Instruction&, Matrices&)>
void multiply(Warp& warp, const Instruction& in, LaneMask) {
  Matrices m;
  Gather(warp, in, m);
  const bool cut = warp.block->launch->choices.cut_sums;
  std::array<std::array<float, warp_size>, 4> sums;
  for (std::size_t i = 0; i < 4; ++i) {
    const Lanes<float> before(warp, in.operands[10 + i]);
    for (int l = 0; l < warp_size; ++l) {
      const int row = l / 4 + (i >= 2 ? 8 : 0);
      const int col = l % 4 * 2 + static_cast<int>(i & 1U);
      sums[i][static_cast<std::size_t>(l)] = multiply_add(m, row, col, before[l], cut);
    }
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const Results<float> result(warp, in.operands[i]);
    for (int l = 0; l < warp_size; ++l) result.set(l, sums[i][static_cast<std::size_t>(l)]);
  }
}

/// Lane 8 j + i has the address of row i of matrix j; register j of lane l gets two neighbours of
/// row l / 4, or of that column.
void load_rows(Warp& warp, const Instruction& in, LaneMask) {
  std::array<const unsigned char*, warp_size> row_of{};
  for (int l = 0; l < 8 * in.detail; ++l)
    row_of[static_cast<std::size_t>(l)] =
        touch_shared(warp, in, l, lane_address(warp, in.address, l), 16, false);
  for (std::size_t j = 0; j < in.detail; ++j) {
    const Results<std::uint32_t> result(warp, in.operands[j]);
    for (int l = 0; l < warp_size; ++l) {
      std::uint32_t pair = 0;
      for (int half = 0; half < 2; ++half) {
        int row = l / 4;
        int col = 2 * (l % 4) + half;
        if (in.transposed) std::swap(row, col);
        std::uint16_t element = 0;
        std::memcpy(&element, row_of[8 * j + static_cast<std::size_t>(row)] + 2 * col, 2);
        pair |= std::uint32_t{element} << (16 * half);
      }
      result.set(l, pair);
    }
  }
}

}  // namespace

Handler multiply_bf16() { return &multiply<gather_bf16>; }
Handler multiply_tf32() { return &multiply<gather_tf32>; }
Handler load_matrices() { return &load_rows; }

}  // namespace ptx
