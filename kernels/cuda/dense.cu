// What stands around a dense layer's product: bias and activation forward, the mask of a derivative
// backward, the bias gradient.
#include <type_traits>

#include "kernels/cuda/dense.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/math/pixel.hpp"

namespace vgan::cuda {
namespace {

using math::Activation;

// ---- Device code ---------------------------------------------------------------------------

// One block at least, here and below: for more of them ptxas would spill.
template <Activation A, class Out>
__global__ void __launch_bounds__(block_threads, 1)
    bias_activation_kernel(MatrixView<const float> sums, const float* bias, float slope,
                           MatrixView<Out> y) {
  for_each_element(y.rows, y.cols, [&](std::int64_t i, std::int64_t j) {
    const float sum = bias == nullptr ? sums.row(i)[j] : sums.row(i)[j] + bias[j];
    y.row(i)[j] = math::from_float<Out>(math::activate<A>(sum, slope));
  });
}

template <Activation A, class Trial>
__global__ void __launch_bounds__(block_threads, 1)
    bias_activation_trials_kernel(MatrixView<const float> sums, const float* bias, float slope,
                                  math::OutputMap map, MatrixView<Trial> trials) {
  for_each_element(trials.rows, trials.cols, [&](std::int64_t i, std::int64_t j) {
    const float sum = bias == nullptr ? sums.row(i)[j] : sums.row(i)[j] + bias[j];
    const float value = math::map_output(math::activate<A>(sum, slope), map);
    if constexpr (std::is_same_v<Trial, std::uint8_t>) {
      trials.row(i)[j] = math::round_pixel(value);
    } else {
      trials.row(i)[j] = value;
    }
  });
}

template <Activation A, class At, class Out>
__global__ void __launch_bounds__(block_threads)
    masked_kernel(MatrixView<const float> sums, MatrixView<const At> at, float slope,
                  MatrixView<Out> y) {
  for_each_element(y.rows, y.cols, [&](std::int64_t i, std::int64_t j) {
    const float derivative = math::derivative_from_output<A>(math::to_float(at.row(i)[j]), slope);
    y.row(i)[j] = math::from_float<Out>(sums.row(i)[j] * derivative);
  });
}

constexpr int sum_columns = 32;  // of one block: one line of floats
constexpr int sum_rows = 32;     // rows added side by side
constexpr int sum_threads = sum_columns * sum_rows;

// Block (b, p) adds rows [p band, (p + 1) band) to row p of `sums`: thread (c, r) rows r, r + 32,
// ... of its column; then row 0 the 32 parts in order.
template <class T>
__global__ void __launch_bounds__(sum_threads)
    column_sums_kernel(MatrixView<const T> x, std::int64_t band, bool accumulate,
                       MatrixView<float> sums) {
  __shared__ float parts[sum_rows][sum_columns + 1];
  const std::int64_t column = static_cast<std::int64_t>(blockIdx.x) * sum_columns + threadIdx.x;
  const std::int64_t first = blockIdx.y * band;
  const std::int64_t end = min(first + band, x.rows);
  float part = 0.0F;
  if (column < x.cols) {
    for (std::int64_t i = first + threadIdx.y; i < end; i += sum_rows) {
      part += math::to_float(x.row(i)[column]);
    }
  }
  parts[threadIdx.y][threadIdx.x] = part;
  __syncthreads();
  if (threadIdx.y != 0 || column >= x.cols) return;
  float* to = sums.row(blockIdx.y) + column;
  float sum = accumulate ? *to : 0.0F;
  for (int r = 0; r < sum_rows; ++r) sum += parts[r][threadIdx.x];
  *to = sum;
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t bias_activation(cudaStream_t stream, MatrixView<const float> sums,
                            VectorView<const float> bias, Activation activation, float slope,
                            MatrixRef y) {
  cudaError_t status = cudaSuccess;
  with_activation(activation, [&](auto a) {
    with_float_type(y.type, [&](auto out) {
      using Out = decltype(out);
      const float* offset = bias.empty() ? nullptr : bias.data;
      status =
          launch(stream, shape_for(y.rows, y.cols), bias_activation_kernel<decltype(a)::value, Out>,
                 sums, offset, slope, y.as<Out>());
    });
  });
  return status;
}

cudaError_t bias_activation_trials(cudaStream_t stream, MatrixView<const float> sums,
                                   VectorView<const float> bias, Activation activation, float slope,
                                   const math::OutputMap& map, MatrixRef trials) {
  const float* offset = bias.empty() ? nullptr : bias.data;
  const LaunchShape shape = shape_for(trials.rows, trials.cols);
  cudaError_t status = cudaSuccess;
  with_activation(activation, [&](auto a) {
    constexpr Activation A = decltype(a)::value;
    if (trials.type == ElementType::u8) {
      status = launch(stream, shape, bias_activation_trials_kernel<A, std::uint8_t>, sums, offset,
                      slope, map, trials.as<std::uint8_t>());
    } else {
      status = launch(stream, shape, bias_activation_trials_kernel<A, float>, sums, offset, slope,
                      map, trials.as<float>());
    }
  });
  return status;
}

cudaError_t masked(cudaStream_t stream, MatrixView<const float> sums, ConstMatrixRef at,
                   Activation activation, float slope, MatrixRef y) {
  cudaError_t status = cudaSuccess;
  with_activation(activation, [&](auto a) {
    constexpr Activation A = decltype(a)::value;
    if constexpr (A == Activation::identity) {
      status = bias_activation(stream, sums, {}, A, slope, y);
    } else {
      with_float_type(at.type, [&](auto from) {
        with_float_type(y.type, [&](auto out) {
          using At = decltype(from);
          using Out = decltype(out);
          status = launch(stream, shape_for(y.rows, y.cols), masked_kernel<A, At, Out>, sums,
                          at.as<At>(), slope, y.as<Out>());
        });
      });
    }
  });
  return status;
}

std::int64_t column_sum_bands(std::int64_t rows) {
  constexpr std::int64_t band = 1024;  // 32 numbers for each thread
  constexpr std::int64_t most = 1024;
  return std::clamp<std::int64_t>((rows + band - 1) / band, 1, most);
}

cudaError_t column_sums(cudaStream_t stream, ConstMatrixRef x, bool accumulate,
                        VectorView<float> sums, float* scratch) {
  const auto blocks = static_cast<unsigned>((x.cols + sum_columns - 1) / sum_columns);
  const dim3 threads(sum_columns, sum_rows);
  const MatrixView<float> whole{sums.data, 1, x.cols, x.cols};
  const std::int64_t bands = scratch == nullptr ? 1 : column_sum_bands(x.rows);
  const std::int64_t band = (x.rows + bands - 1) / bands;
  const MatrixView<float> parts{scratch, bands, x.cols, x.cols};
  cudaError_t status = cudaSuccess;
  with_float_type(x.type, [&](auto type) {
    using T = decltype(type);
    status =
        launch(stream, {dim3(blocks, static_cast<unsigned>(bands)), threads}, column_sums_kernel<T>,
               x.as<T>(), band, bands == 1 && accumulate, bands == 1 ? whole : parts);
  });
  if (status != cudaSuccess || bands == 1) return status;
  return launch(stream, {dim3(blocks), threads}, column_sums_kernel<float>, parts, bands,
                accumulate, whole);
}

}  // namespace vgan::cuda
