#include "kernels/cuda/patches.hpp"

#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/dispatch.hpp"

namespace vgan::cuda {
namespace {

using math::Activation;

/// What follows a sum: bias and activation, or, with `at`, the activation's derivative there.
template <class At>
struct Epilogue {
  const float* bias;
  const At* at;
  std::int64_t channels;
  Activation activation;
  float slope;
};

constexpr int tile = 32;
constexpr int tile_rows = 8;
constexpr int tile_threads = tile * tile_rows;

// ---- Device code ---------------------------------------------------------------------------

template <class T>
__global__ void __launch_bounds__(block_threads)
    patches_kernel(ConvGeometry g, const T* large, MatrixView<T> patches) {
  for_each_element(patches.rows, patches.cols, [&](std::int64_t i, std::int64_t j) {
    const std::int64_t image = i / g.positions();
    const int position = static_cast<int>(i % g.positions());
    const int width = static_cast<int>(g.small_width);
    const int in_row = static_cast<int>(j / g.channels);
    const int kernel_w = static_cast<int>(g.kernel_w);
    const std::int64_t row = position / width * g.stride_h - g.pad_h + in_row / kernel_w;
    const std::int64_t col = position % width * g.stride_w - g.pad_w + in_row % kernel_w;
    const bool inside = row >= 0 && row < g.height && col >= 0 && col < g.width;
    patches.row(i)[j] =
        inside ? large[image * g.large_size() + (row * g.width + col) * g.channels + j % g.channels]
               : T{};
  });
}

/// Number `i` of y, in channel `channel`.
template <class At>
__device__ float finished(const Epilogue<At>& e, float sum, std::int64_t i, std::int64_t channel) {
  if (e.at == nullptr) {
    return math::activate(e.activation, e.bias == nullptr ? sum : sum + e.bias[channel], e.slope);
  }
  return sum * math::derivative_from_output(e.activation, math::to_float(e.at[i]), e.slope);
}

// Positions along one side whose patches have the large image's place `at`, that is those with
// 0 <= at + pad - position stride < kernel: from `first` to `last`.
__device__ void covering(std::int64_t at, std::int64_t pad, std::int64_t stride,
                         std::int64_t kernel, std::int64_t positions, std::int64_t& first,
                         std::int64_t& last) {
  const std::int64_t place = at + pad;
  first = place < kernel ? 0 : (place - kernel) / stride + 1;
  last = min(place / stride, positions - 1);
}

// Each number of the large image gathers what its patches have for it, in the order of positions.
template <class At, class Out>
__global__ void __launch_bounds__(block_threads)
    fold_patches_kernel(ConvGeometry g, const float* patches, Epilogue<At> epilogue,
                        std::int64_t images, Out* y) {
  for_each_element(images * g.height * g.width, g.channels, [&](std::int64_t i, std::int64_t c) {
    const std::int64_t image = i / (g.height * g.width);
    const std::int64_t row = i / g.width % g.height;
    const std::int64_t col = i % g.width;
    std::int64_t top = 0, bottom = 0, left = 0, right = 0;
    covering(row, g.pad_h, g.stride_h, g.kernel_h, g.small_height, top, bottom);
    covering(col, g.pad_w, g.stride_w, g.kernel_w, g.small_width, left, right);
    float sum = 0.0F;
    for (std::int64_t p = top; p <= bottom; ++p) {
      for (std::int64_t q = left; q <= right; ++q) {
        const std::int64_t position = image * g.positions() + p * g.small_width + q;
        const std::int64_t in_patch =
            (row + g.pad_h - p * g.stride_h) * g.kernel_w + (col + g.pad_w - q * g.stride_w);
        sum += patches[position * g.patch_size() + in_patch * g.channels + c];
      }
    }
    const std::int64_t at = i * g.channels + c;
    y[at] = math::from_float<Out>(finished(epilogue, sum, at, c));
  });
}

template <class Sum, class At, class Out>
__global__ void __launch_bounds__(block_threads)
    finish_conv_kernel(const Sum* sums, Epilogue<At> epilogue, std::int64_t pixels, Out* y) {
  for_each_element(pixels, epilogue.channels, [&](std::int64_t i, std::int64_t c) {
    const std::int64_t at = i * epilogue.channels + c;
    y[at] = math::from_float<Out>(finished(epilogue, math::to_float(sums[at]), at, c));
  });
}

// A block for each tile of 32 x 32: read along its rows, written along its columns.
template <class In, class Out>
__global__ void __launch_bounds__(tile_threads)
    transpose_kernel(MatrixView<const In> from, bool accumulate, MatrixView<Out> to) {
  __shared__ float values[tile][tile + 1];
  const std::int64_t first_row = static_cast<std::int64_t>(blockIdx.y) * tile;
  const std::int64_t first_col = static_cast<std::int64_t>(blockIdx.x) * tile;
  for (int r = static_cast<int>(threadIdx.y); r < tile; r += tile_rows) {
    const std::int64_t i = first_row + r;
    const std::int64_t j = first_col + threadIdx.x;
    if (i < from.rows && j < from.cols) values[r][threadIdx.x] = math::to_float(from.row(i)[j]);
  }
  __syncthreads();
  for (int r = static_cast<int>(threadIdx.y); r < tile; r += tile_rows) {
    const std::int64_t i = first_col + r;
    const std::int64_t j = first_row + threadIdx.x;
    if (i >= to.rows || j >= to.cols) continue;
    const float before = accumulate ? math::to_float(to.row(i)[j]) : 0.0F;
    to.row(i)[j] = math::from_float<Out>(before + values[threadIdx.x][r]);
  }
}

// ---- Launchers -----------------------------------------------------------------------------

/// Calls `body(epilogue, Out{})` with the types of the task's `at` and y.
template <class Body>
void with_epilogue(const ConvTask& task, Activation activation, float slope, Body body) {
  const std::int64_t channels = task.transposed ? task.geometry.channels : task.geometry.filters;
  const float* bias = task.bias.empty() ? nullptr : task.bias.data;
  // The derivative of identity is 1 whatever `at` is.
  const void* where = activation == Activation::identity ? nullptr : task.at.data;
  with_float_type(task.at.type, [&](auto at) {
    using At = decltype(at);
    const Epilogue<At> epilogue{bias, static_cast<const At*>(where), channels, activation, slope};
    with_float_type(task.y.type, [&](auto out) { body(epilogue, out); });
  });
}

}  // namespace

cudaError_t run(cudaStream_t stream, const PatchesTask& task, Scratch&) {
  const ConstMatrixRef large = task.large;
  const MatrixRef patches = task.patches;
  cudaError_t status = cudaSuccess;
  with_float_type(large.type, [&](auto type) {
    using T = decltype(type);
    status = launch(stream, shape_for(patches.rows, patches.cols), patches_kernel<T>, task.geometry,
                    large.as<T>().data, patches.as<T>());
  });
  return status;
}

cudaError_t run(cudaStream_t stream, const FoldPatchesTask& task, Scratch&) {
  const ConvGeometry& g = task.conv.geometry;
  const std::int64_t images = task.conv.y.rows;
  cudaError_t status = cudaSuccess;
  with_epilogue(task.conv, task.activation, task.slope, [&](auto epilogue, auto out) {
    using Out = decltype(out);
    using At = std::remove_cv_t<std::remove_pointer_t<decltype(epilogue.at)>>;
    status = launch(stream, shape_for(images * g.height * g.width, g.channels),
                    fold_patches_kernel<At, Out>, g, task.patches.data, epilogue, images,
                    static_cast<Out*>(task.conv.y.data));
  });
  return status;
}

cudaError_t finish_conv(cudaStream_t stream, ConstMatrixRef sums, const ConvTask& task,
                        Activation activation, float slope) {
  cudaError_t status = cudaSuccess;
  with_epilogue(task, activation, slope, [&](auto epilogue, auto out) {
    with_float_type(sums.type, [&](auto from) {
      using Out = decltype(out);
      using Sum = decltype(from);
      using At = std::remove_cv_t<std::remove_pointer_t<decltype(epilogue.at)>>;
      const std::int64_t pixels = task.y.size() / epilogue.channels;
      status = launch(stream, shape_for(pixels, epilogue.channels),
                      finish_conv_kernel<Sum, At, Out>, static_cast<const Sum*>(sums.data),
                      epilogue, pixels, static_cast<Out*>(task.y.data));
    });
  });
  return status;
}

cudaError_t transpose(cudaStream_t stream, ConstMatrixRef from, bool accumulate, MatrixRef to) {
  const auto tiles = [](std::int64_t n) { return static_cast<unsigned>((n + tile - 1) / tile); };
  cudaError_t status = cudaSuccess;
  with_float_type(from.type, [&](auto in) {
    with_float_type(to.type, [&](auto out) {
      using In = decltype(in);
      using Out = decltype(out);
      status = launch(stream, {dim3(tiles(from.cols), tiles(from.rows)), dim3(tile, tile_rows)},
                      transpose_kernel<In, Out>, from.as<In>(), accumulate, to.as<Out>());
    });
  });
  return status;
}

}  // namespace vgan::cuda
