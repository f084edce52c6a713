// Tensor-core instructions as plain loops over the whole matrices, which each lane puts together
// from the fragments of all: element (row, col) is looked up by lane and register as the PTX ISA
// has it, "Matrix Fragments for mma.m16n8k16" and "for mma.m16n8k8".
#include <bit>
#include <cstring>

#include "kernels/math/bfloat16.hpp"
#include "tests/simt/executor.hpp"
#include "tests/simt/include/cuda_runtime.h"
#include "tests/simt/simt.hpp"

namespace simt {

namespace {

constexpr unsigned whole_warp = 0xFFFFFFFFU;

struct Fragments {
  std::uint32_t a[4];
  std::uint32_t b[2];
};

// Both operands of all lanes.
void gather(Fragments (&all)[warp_size], const std::uint32_t* a, const std::uint32_t* b) {
  Fragments mine;
  std::memcpy(mine.a, a, sizeof(mine.a));
  std::memcpy(mine.b, b, sizeof(mine.b));
  warp_exchange(whole_warp, &mine, sizeof(mine), all);
}

float half_of(std::uint32_t two, int index) {
  return vgan::math::to_float(
      vgan::math::BFloat16{static_cast<std::uint16_t>(two >> (16 * index))});
}

float tf32_of(std::uint32_t bits) { return std::bit_cast<float>(bits & 0xFFFFE000U); }

// m16n8k16, A: lane 4 (row % 8) + (col % 8) / 2; register (row / 8) + 2 (col / 8).
float a_bf16(const Fragments (&all)[warp_size], int row, int col) {
  return half_of(all[4 * (row % 8) + col % 8 / 2].a[row / 8 + 2 * (col / 8)], col % 2);
}
// m16n8k16, B: lane 4 col + (row % 8) / 2; register row / 8.
float b_bf16(const Fragments (&all)[warp_size], int row, int col) {
  return half_of(all[4 * col + row % 8 / 2].b[row / 8], row % 2);
}
// m16n8k8, A: lane 4 (row % 8) + col % 4; register (row / 8) + 2 (col / 4).
float a_tf32(const Fragments (&all)[warp_size], int row, int col) {
  return tf32_of(all[4 * (row % 8) + col % 4].a[row / 8 + 2 * (col / 4)]);
}
// m16n8k8, B: lane 4 col + row % 4; register row / 4.
float b_tf32(const Fragments (&all)[warp_size], int row, int col) {
  return tf32_of(all[4 * col + row % 4].b[row / 4]);
}

// The lane's own four elements of C: rows lane / 4 and 8 below, columns 2 (lane % 4) and 1 beside.
template <class A, class B>
void accumulate(float* c, int depth, A a, B b) {
  const int lane = static_cast<int>(running->lane);
  for (int i = 0; i < 4; ++i) {
    const int row = lane / 4 + 8 * (i / 2);
    const int col = 2 * (lane % 4) + i % 2;
    float sum = c[i];
    for (int k = 0; k < depth; ++k) sum += a(row, k) * b(k, col);
    c[i] = sum;
  }
}

}  // namespace

void mma_m16n8k16_bf16(float* c, const std::uint32_t* a, const std::uint32_t* b) {
  Fragments all[warp_size];
  gather(all, a, b);
  accumulate(
      c, 16, [&](int row, int k) { return a_bf16(all, row, k); },
      [&](int k, int col) { return b_bf16(all, k, col); });
}

void mma_m16n8k8_tf32(float* c, const std::uint32_t* a, const std::uint32_t* b) {
  Fragments all[warp_size];
  gather(all, a, b);
  accumulate(
      c, 8, [&](int row, int k) { return a_tf32(all, row, k); },
      [&](int k, int col) { return b_tf32(all, k, col); });
}

std::uint32_t round_to_tf32(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const bool is_nan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
  return is_nan ? 0x7FFFFFFFU : (bits + 0x1000U) & 0xFFFFE000U;
}

void load_matrices(std::uint32_t* registers, const void* row, int count, bool transposed) {
  unsigned char mine[16] = {};
  // Lanes past the last matrix have an address that nobody reads.
  if (static_cast<int>(running->lane) < 8 * count) {
    if (reinterpret_cast<std::uintptr_t>(row) % 16 != 0)
      stop_thread([] { return "loads a row of a matrix from a misaligned address"; },
                  cudaErrorMisalignedAddress);
    if (has_memory_hooks()) check_access(row, sizeof(mine), Access::read);
    std::memcpy(mine, row, sizeof(mine));
  }
  std::uint16_t rows[warp_size][8];
  warp_exchange(whole_warp, mine, sizeof(mine), rows);
  const unsigned lane = running->lane;
  for (int j = 0; j < count; ++j) {
    const auto(*matrix)[8] = rows + 8 * j;
    const unsigned line = lane / 4;
    const unsigned first = 2 * (lane % 4);
    const std::uint32_t low = transposed ? matrix[first][line] : matrix[line][first];
    const std::uint32_t high = transposed ? matrix[first + 1][line] : matrix[line][first + 1];
    registers[j] = low | high << 16;
  }
}

}  // namespace simt
