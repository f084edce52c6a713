#include "kernels/cpu/products/amx.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/cpu/team/processor.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#if !defined(__clang__)
// GCC 12 warns of _mm512_undefined_epi32 in its own headers: gcc.gnu.org/PR105593.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#define VGAN_AMX __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512dq")))
#define VGAN_AMX_INLINE VGAN_AMX inline __attribute__((always_inline))
#endif

namespace vgan::cpu::amx {

#if defined(VGAN_AMX)

namespace {

struct alignas(64) TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileShapes) == 64);
constexpr TileShapes full_tiles;

// GCC's _tile_loadconfig names 8 bytes of its operand, so the rest may not be in memory yet.
VGAN_AMX void configure() { asm volatile("ldtilecfg %0" ::"m"(full_tiles)); }
VGAN_AMX void release() { _tile_release(); }

// Sixteen numbers of a row as bf16 in the lower halves of 32-bit lanes; lanes outside `lanes` 0.
VGAN_AMX_INLINE __m512i bits_of(const BFloat16* row, __mmask16 lanes) {
  return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, row));
}

// math::to_bfloat16 on sixteen lanes.
VGAN_AMX_INLINE __m512i bits_of(const float* row, __mmask16 lanes) {
  const __m512i bits = _mm512_maskz_loadu_epi32(lanes, row);
  const __m512i upper = _mm512_srli_epi32(bits, 16);
  const __m512i odd = _mm512_and_epi32(upper, _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_srli_epi32(
      _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7FFF)), odd), 16);
  const __m512 value = _mm512_castsi512_ps(bits);
  const __mmask16 nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
  return _mm512_mask_or_epi32(rounded, nan, upper, _mm512_set1_epi32(0x40));
}

VGAN_AMX_INLINE __mmask16 lanes_of(std::int64_t count) {
  return static_cast<__mmask16>(count >= 16 ? 0xFFFF : count <= 0 ? 0 : (1 << count) - 1);
}

// Sixteen columns of rows 2r and 2r + 1 as pairs; rows from `rows` on are zeros.
template <class T>
VGAN_AMX_INLINE __m512i pairs(const T* at, std::int64_t stride, std::int64_t r, std::int64_t rows,
                              __mmask16 lanes) {
  if (2 * r >= rows) return _mm512_setzero_si512();
  const __m512i even = bits_of(at + 2 * r * stride, lanes);
  if (2 * r + 1 >= rows) return even;
  return _mm512_or_epi32(even, _mm512_slli_epi32(bits_of(at + (2 * r + 1) * stride, lanes), 16));
}

// 32 numbers of a row, two to a lane.
template <class T>
VGAN_AMX_INLINE __m512i whole_row(const T* row, std::int64_t count) {
  const __m256i low = _mm512_cvtepi32_epi16(bits_of(row, lanes_of(count)));
  const __m256i high = count <= 16 ? _mm256_setzero_si256()
                                   : _mm512_cvtepi32_epi16(bits_of(row + 16, lanes_of(count - 16)));
  return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

// Transposes 16 x 16 lanes: by pairs of lanes, of pairs, of 128 bits, of 256 bits.
VGAN_AMX_INLINE void transpose_lanes(__m512i (&v)[16]) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(v[i], v[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(v[i], v[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    v[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    v[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    v[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    v[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(v[i], v[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(v[i], v[i + 4], 0xDD);
    t[i + 8] = _mm512_shuffle_i32x4(v[i + 8], v[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(v[i + 8], v[i + 12], 0xDD);
  }
  for (int i = 0; i < 4; ++i) {
    v[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    v[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xDD);
    v[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    v[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xDD);
  }
}

template <class T>
VGAN_AMX void pack_block(MatrixView<const T> from, const Block& block, BFloat16* to) {
  for (std::int64_t j = 0; j < padded(block.cols); j += 16) {
    const __mmask16 lanes = lanes_of(block.cols - j);
    BFloat16* tile = to + panel(from.rows, block.col + j) + block.row * 16;
    for (std::int64_t i = 0; i < block.rows; i += step, tile += step * 16) {
      const T* at = from.row(block.row + i) + block.col + j;
      for (std::int64_t r = 0; r < 16; ++r) {
        _mm512_store_si512(tile + r * step, pairs(at, from.stride, r, block.rows - i, lanes));
      }
    }
  }
}

// Tiles of the rows from `k` on, as far as `steps` go.
VGAN_AMX_INLINE void multiply(const BFloat16* a, std::int64_t stride, const BFloat16* b0,
                              const BFloat16* b1, std::int64_t steps) {
  const BFloat16* a1 = a + 16 * stride;
  for (std::int64_t s = 0; s < steps; ++s) {
    _tile_loadd(4, a + s * step, stride * 2);
    _tile_loadd(6, b0 + s * step * 16, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, b1 + s * step * 16, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, a1 + s * step, stride * 2);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
}

// The last columns of `a` from `col` on, zeros around them: [32, width], width a multiple of 32.
const BFloat16* padded_copy(MatrixView<const BFloat16> a, std::int64_t col, Lines& spare) {
  const std::int64_t width = padded(a.cols - col);
  const auto lines = static_cast<std::size_t>(width);
  if (spare.size() < lines) spare.resize(lines);
  BFloat16* to = spare.data()->numbers;
  const auto bytes = static_cast<std::size_t>(a.cols - col) * sizeof(BFloat16);
  for (std::int64_t i = 0; i < step; ++i, to += width) {
    std::memset(to, 0, static_cast<std::size_t>(width) * sizeof(BFloat16));
    if (i < a.rows) std::memcpy(to, a.row(i) + col, bytes);
  }
  return spare.data()->numbers;
}

}  // namespace

bool usable() { return instruction_set() >= InstructionSet::amx; }

Tiles::Tiles() { configure(); }
Tiles::~Tiles() { release(); }

VGAN_AMX void product(MatrixView<const BFloat16> a, const BFloat16* b, std::int64_t n, float* c,
                      std::int64_t stride, Lines& spare) {
  // Tiles of whole rows and steps are read where they lie, what is left from a padded copy.
  const std::int64_t inside = a.rows == step ? a.cols / step : 0;
  const std::int64_t edge = padded(a.cols) / step - inside;
  const BFloat16* rest = edge == 0 ? nullptr : padded_copy(a, inside * step, spare);
  const std::int64_t below = inside * step * 16;
  for (std::int64_t j = 0; j < n; j += step, c += step) {
    const BFloat16* b0 = b + panel(a.cols, j);
    const BFloat16* b1 = b + panel(a.cols, j + 16);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    multiply(a.data, a.stride, b0, b1, inside);
    if (edge > 0) multiply(rest, edge * step, b0 + below, b1 + below, edge);
    _tile_stored(0, c, stride * 4);
    _tile_stored(1, c + 16, stride * 4);
    _tile_stored(2, c + 16 * stride, stride * 4);
    _tile_stored(3, c + 16 * stride + 16, stride * 4);
  }
}

VGAN_AMX void pack(MatrixView<const float> from, const Block& block, BFloat16* to) {
  pack_block(from, block, to);
}
VGAN_AMX void pack(MatrixView<const BFloat16> from, const Block& block, BFloat16* to) {
  pack_block(from, block, to);
}

VGAN_AMX void pack_transposed(MatrixView<const float> from, const Block& block, BFloat16* to) {
  for (std::int64_t i = 0; i < padded(block.rows); i += 16) {
    BFloat16* tile = to + panel(from.cols, block.row + i) + block.col * 16;
    for (std::int64_t j = 0; j < block.cols; j += step, tile += step * 16) {
      __m512i v[16];
      for (std::int64_t r = 0; r < 16; ++r) {
        v[r] = i + r < block.rows
                   ? whole_row(from.row(block.row + i + r) + block.col + j, block.cols - j)
                   : _mm512_setzero_si512();
      }
      transpose_lanes(v);
      for (int r = 0; r < 16; ++r) _mm512_store_si512(tile + r * step, v[r]);
    }
  }
}

VGAN_AMX void transpose(MatrixView<const BFloat16> from, std::int64_t col, std::int64_t cols,
                        BFloat16* to) {
  const std::int64_t width = padded(from.rows);
  for (std::int64_t j = 0; j < cols; j += 16) {
    const std::int64_t count = std::min<std::int64_t>(16, cols - j);
    for (std::int64_t i = 0; i < from.rows; i += step) {
      __m512i v[16];
      const BFloat16* at = from.row(i) + col + j;
      for (std::int64_t r = 0; r < 16; ++r) {
        v[r] = pairs(at, from.stride, r, from.rows - i, lanes_of(count));
      }
      transpose_lanes(v);
      for (std::int64_t r = 0; r < count; ++r) {
        _mm512_storeu_si512(to + (col + j + r) * width + i, v[r]);
      }
    }
  }
}

#else

bool usable() { return false; }
Tiles::Tiles() = default;
Tiles::~Tiles() = default;
void product(MatrixView<const BFloat16>, const BFloat16*, std::int64_t, float*, std::int64_t,
             Lines&) {}
void pack(MatrixView<const float>, const Block&, BFloat16*) {}
void pack(MatrixView<const BFloat16>, const Block&, BFloat16*) {}
void pack_transposed(MatrixView<const float>, const Block&, BFloat16*) {}
void transpose(MatrixView<const BFloat16>, std::int64_t, std::int64_t, BFloat16*) {}

#endif

}  // namespace vgan::cpu::amx
