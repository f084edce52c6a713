// One block's tile of a matrix product over all of its depth, for products too small to fill a
// device: the epilogue finds the finished f32 sums in shared memory.
//
// A warp makes 32 x 32 sums. Warps beside each other widen the tile; warps behind each other share
// out the depth, and their parts are added in order, so that results do not depend on timing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/cuda/fused/tensor_core.hpp"
#include "kernels/cuda/fused/warp_product.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/view.hpp"

namespace vgan::cuda {

/// A matrix as a product reads it, of the product's element type. What is outside is 0.
struct Operand {
  const void* data = nullptr;
  std::int64_t stride = 0;  ///< elements
  int rows = 0;
  int cols = 0;
  int copy_bytes = 0;  ///< of one copy: 16, 8 or 4; 0: element by element
  bool ones = false;   ///< column `cols` is 1 in every row

  Operand() = default;
  explicit Operand(ConstMatrixRef matrix)
      : data(matrix.data),
        stride(matrix.stride),
        rows(static_cast<int>(matrix.rows)),
        cols(static_cast<int>(matrix.cols)) {
    const auto address = reinterpret_cast<std::uintptr_t>(data);
    const auto row_bytes = static_cast<std::uintptr_t>(stride) * element_size(matrix.type);
    for (const int bytes : {16, 8, 4}) {
      const auto unit = static_cast<std::uintptr_t>(bytes);
      if (copy_bytes == 0 && (address | row_bytes) % unit == 0) copy_bytes = bytes;
    }
  }

  /// Whether it may be fetched before the wait of a programmatic launch: only copies of 16 bytes
  /// pass the first level, which may still hold what was there some kernels ago.
  bool may_come_early() const { return copy_bytes == 16; }
};

/// How many warps are below, beside and behind each other in a block, and how many blocks live on a
/// multiprocessor together: of 227 KiB of shared memory, and 65,536 registers.
template <int Down, int Across, int Deep, int Blocks>
struct TileShape {
  static constexpr int blocks = Blocks;
  static constexpr int down = Down;
  static constexpr int across = Across;
  static constexpr int deep = Deep;
  static constexpr int rows = 32 * Down;
  static constexpr int cols = 32 * Across;
  static constexpr int threads = 32 * Down * Across * Deep;
};

/// For a step at a batch of a few hundred: 128 x 1024 sums are 128 blocks, about one for each of
/// the 132 multiprocessors of an H200, and four warps halve the depth of each twice. 40 KiB of
/// stages.
using SmallTile = TileShape<1, 1, 4, 4>;
/// For more: half the bytes of operands for each sum. 72 KiB.
using LargeTile = TileShape<2, 2, 2, 2>;
/// So many small tiles live at once on an H200; from there on larger ones cost no parallelism.
constexpr std::int64_t most_small_tiles = SmallTile::blocks * 132;

#if defined(__CUDACC__)

/// A chunk of 16 bytes by copies of `Bytes`; the first `inside` elements are the source's, the rest
/// 0.
template <int Bytes, class T>
__device__ void copy_chunk(T* to, const T* source, int inside) {
  constexpr int size = sizeof(T);
  constexpr int piece = Bytes / size;
  VGAN_UNROLL
  for (int e = 0; e < 16 / size; e += piece) {
    const int valid = min(max(inside - e, 0), piece);
    copy_async<Bytes>(to + e, valid > 0 ? source + e : source, valid * size);
  }
}

/// 16 bytes of a tile, from element (row, col) of `from` on.
template <class T>
__device__ void load_chunk(T* to, const Operand& from, int row, int col) {
  constexpr int chunk = 16 / sizeof(T);
  const int inside = row < from.rows ? min(max(from.cols - col, 0), chunk) : 0;
  const T* source = static_cast<const T*>(from.data) + (inside > 0 ? row * from.stride + col : 0);
  const bool has_one = from.ones && row < from.rows && inside < chunk && col <= from.cols;
  if (from.copy_bytes == 16 && !has_one) {
    copy_chunk<16>(to, source, inside);
  } else if (from.copy_bytes == 8 && !has_one) {
    copy_chunk<8>(to, source, inside);
  } else if (from.copy_bytes == 4 && !has_one) {
    copy_chunk<4>(to, source, inside);
  } else {
    VGAN_UNROLL
    for (int e = 0; e < chunk; ++e) {
      const T beyond = math::from_float<T>(has_one && e == inside ? 1.0F : 0.0F);
      to[e] = e < inside ? source[e] : beyond;
    }
  }
}

/// C[rows, cols] tile at (first_row, first_col) of a b, with a [m, k] and b [k, n].
/// `AByK`: a is stored as [m, k], else as [k, m]; `BByK`: b is stored as [n, k], else as [k, n].
/// Every thread of the block calls every member.
template <Arithmetic A, class Shape, bool AByK, bool BByK>
class TileProduct {
 public:
  using Warp = WarpProduct<A>;
  using Element = typename Warp::Element;
  static constexpr int stages = 4;                     ///< three on their way while one is used
  static constexpr int depth = 128 / sizeof(Element);  ///< of a stage: a line of each row
  static constexpr int quads = Shape::rows * Shape::cols / 4 / Shape::threads;  ///< of a thread
  static constexpr std::size_t shared_bytes();

  __device__ TileProduct(const Operand& a, const Operand& b, int first_row, int first_col,
                         unsigned char* shared)
      : a_(a), b_(b), row_(first_row), col_(first_col), shared_(shared) {
    const int k = AByK ? a.cols : a.rows;
    slabs_ = (k + depth - 1) / depth;
  }

  /// Starts on the first stages of b, before a may be read.
  __device__ void fetch_b() {
    for (int slab = 0; slab < min(stages - 1, slabs_); ++slab) load_b(slab);
  }

  /// The rest; then the sums are in shared memory.
  __device__ void multiply(bool b_is_fetched) {
    start(b_is_fetched);
    finish();
  }
  /// Its two halves: what is between them runs while the first stages are on their way.
  __device__ void start(bool b_is_fetched);
  __device__ void finish();

  /// body(q, row, col, count, sums): for each of this thread's quads that reach into a matrix of
  /// rows x cols, `count` sums from C(row, col) on.
  template <class Body>
  __device__ void for_each_quad(int rows, int cols, Body body) const;
  /// body(q, row, col, count) for the same quads, before there are sums.
  template <class Body>
  __device__ void for_each_place(int rows, int cols, Body body) const;

 private:
  static constexpr int a_rows = AByK ? Shape::rows : depth;
  static constexpr int a_cols = AByK ? depth : Shape::rows;
  static constexpr int b_rows = BByK ? Shape::cols : depth;
  static constexpr int b_cols = BByK ? depth : Shape::cols;
  static constexpr int a_pitch = AByK ? Warp::pitch_by_k(depth) : Warp::pitch_by_row(a_cols);
  static constexpr int b_pitch = BByK ? Warp::pitch_by_k(depth) : Warp::pitch_by_row(b_cols);
  static constexpr int a_size = a_rows * a_pitch;
  static constexpr int stage_size = a_size + b_rows * b_pitch;
  // Lanes (g, t) of half a warp write pairs at (g, 2 t): 8 beside a multiple of 32 parts their
  // banks.
  static constexpr int sums_pitch = Shape::cols + 8;
  static constexpr int plane = Shape::rows * sums_pitch;  // the sums of one warp in depth
  static constexpr int warp_depth = depth / Shape::deep;
  static_assert(warp_depth % Warp::depth == 0);

  __device__ Element* stage(int slab) const {
    return reinterpret_cast<Element*>(shared_) + slab % stages * stage_size;
  }
  template <int Rows, int Cols, int Pitch>
  __device__ static void load_tile(Element* to, const Operand& from, int row, int col);
  __device__ void load_a(int slab) {
    load_tile<a_rows, a_cols, a_pitch>(stage(slab), a_, AByK ? row_ : slab * depth,
                                       AByK ? slab * depth : row_);
  }
  __device__ void load_b(int slab) {
    load_tile<b_rows, b_cols, b_pitch>(stage(slab) + a_size, b_, BByK ? col_ : slab * depth,
                                       BByK ? slab * depth : col_);
  }
  __device__ void add_slab(WarpSums& sums, int slab) const;
  __device__ void write_sums(const WarpSums& sums) const;

  const Operand& a_;
  const Operand& b_;
  int row_;
  int col_;
  int slabs_;
  unsigned char* shared_;
};

template <Arithmetic A, class Shape, bool AByK, bool BByK>
constexpr std::size_t TileProduct<A, Shape, AByK, BByK>::shared_bytes() {
  return std::max(stages * stage_size * sizeof(Element), Shape::deep * plane * sizeof(float));
}

template <Arithmetic A, class Shape, bool AByK, bool BByK>
template <int Rows, int Cols, int Pitch>
__device__ void TileProduct<A, Shape, AByK, BByK>::load_tile(Element* to, const Operand& from,
                                                             int row, int col) {
  constexpr int chunk = 16 / sizeof(Element);
  constexpr int across = Cols / chunk;
  static_assert(Rows * across % Shape::threads == 0);
  VGAN_UNROLL
  for (int i = 0; i < Rows * across / Shape::threads; ++i) {
    const int c = i * Shape::threads + static_cast<int>(threadIdx.x);
    load_chunk(to + c / across * Pitch + c % across * chunk, from, row + c / across,
               col + c % across * chunk);
  }
}

template <Arithmetic A, class Shape, bool AByK, bool BByK>
__device__ void TileProduct<A, Shape, AByK, BByK>::start(bool b_is_fetched) {
  for (int slab = 0; slab < stages - 1; ++slab) {
    if (slab < slabs_) {
      if (!b_is_fetched) load_b(slab);
      load_a(slab);
    }
    commit_copies();  // empty groups too: the count is what is waited for
  }
}

template <Arithmetic A, class Shape, bool AByK, bool BByK>
__device__ void TileProduct<A, Shape, AByK, BByK>::finish() {
  WarpSums sums = {};
  for (int slab = 0; slab < slabs_; ++slab) {
    wait_for_copies<stages - 2>();
    __syncthreads();  // this slab is there for all; all have used the one before
    const int next = slab + stages - 1;
    if (next < slabs_) {
      load_b(next);
      load_a(next);
    }
    commit_copies();
    add_slab(sums, slab);
  }
  __syncthreads();  // the sums lie where the stages were
  write_sums(sums);
  __syncthreads();
}

template <Arithmetic A, class Shape, bool AByK, bool BByK>
__device__ void TileProduct<A, Shape, AByK, BByK>::add_slab(WarpSums& sums, int slab) const {
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int row = warp % Shape::down * 32;
  const int col = warp / Shape::down % Shape::across * 32;
  const int k = warp / (Shape::down * Shape::across) * warp_depth;
  const SharedTile<Element, AByK, a_pitch> a{stage(slab)};
  const SharedTile<Element, BByK, b_pitch> b{stage(slab) + a_size};
  VGAN_UNROLL
  for (int p = 0; p < warp_depth; p += Warp::depth) Warp::add(sums, a, row, b, col, k + p);
}

template <Arithmetic A, class Shape, bool AByK, bool BByK>
__device__ void TileProduct<A, Shape, AByK, BByK>::write_sums(const WarpSums& sums) const {
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int row = warp % Shape::down * 32 + lane / 4;
  const int col = warp / Shape::down % Shape::across * 32 + lane % 4 * 2;
  float* mine = reinterpret_cast<float*>(shared_) + warp / (Shape::down * Shape::across) * plane +
                row * sums_pitch + col;
  VGAN_UNROLL
  for (int i = 0; i < 2; ++i) {
    VGAN_UNROLL
    for (int j = 0; j < 4; ++j) {
      float* at = mine + 16 * i * sums_pitch + 8 * j;
      *reinterpret_cast<float2*>(at) = make_float2(sums[i][j][0], sums[i][j][1]);
      *reinterpret_cast<float2*>(at + 8 * sums_pitch) = make_float2(sums[i][j][2], sums[i][j][3]);
    }
  }
}

template <Arithmetic A, class Shape, bool AByK, bool BByK>
template <class Body>
__device__ void TileProduct<A, Shape, AByK, BByK>::for_each_place(int rows, int cols,
                                                                  Body body) const {
  constexpr int across = Shape::cols / 4;
  VGAN_UNROLL
  for (int q = 0; q < quads; ++q) {
    const int place = q * Shape::threads + static_cast<int>(threadIdx.x);
    const int row = row_ + place / across;
    const int col = col_ + place % across * 4;
    if (row < rows && col < cols) body(q, row, col, min(4, cols - col));
  }
}

template <Arithmetic A, class Shape, bool AByK, bool BByK>
template <class Body>
__device__ void TileProduct<A, Shape, AByK, BByK>::for_each_quad(int rows, int cols,
                                                                 Body body) const {
  for_each_place(rows, cols, [&](int q, int row, int col, int count) {
    const float* at =
        reinterpret_cast<const float*>(shared_) + (row - row_) * sums_pitch + (col - col_);
    float sums[4] = {};
    VGAN_UNROLL
    for (int part = 0; part < Shape::deep; ++part) {
      const float4 four = *reinterpret_cast<const float4*>(at + part * plane);
      sums[0] += four.x;
      sums[1] += four.y;
      sums[2] += four.z;
      sums[3] += four.w;
    }
    body(q, row, col, count, sums);
  });
}

#endif  // __CUDACC__

}  // namespace vgan::cuda
