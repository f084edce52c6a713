// Sums over the rows and positions of images, and the normalisations made of them. Sums are in
// double and in a fixed order: bands of pixels side by side, added in their order.
#include "kernels/cuda/batch_norm.hpp"

#include <algorithm>

#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/math/batch_norm.hpp"

namespace vgan::cuda {
namespace {

using math::Activation;

constexpr int sum_columns = 32;  // channels of one block: one line of floats
constexpr int sum_rows = 32;     // pixels added side by side
constexpr int sum_threads = sum_columns * sum_rows;

/// Where the sums of bands go: two of each channel, [bands, 2, channels].
struct BandSums {
  double* data;
  std::int64_t bands, channels;

  VGAN_HOST_DEVICE double* of(std::int64_t band) const { return data + band * 2 * channels; }
};

// ---- Device code ---------------------------------------------------------------------------

// Block (b, p) adds pixels [p band, (p + 1) band): thread (c, r) pixels r, r + 32, ... of its
// channel, `add(pixel, channel, first, second)` each; then row 0 the 32 parts in order.
template <class Add>
__device__ void add_band(std::int64_t pixels, std::int64_t band, const BandSums& sums, Add add) {
  __shared__ double parts[2][sum_rows][sum_columns + 1];
  const std::int64_t channel = static_cast<std::int64_t>(blockIdx.x) * sum_columns + threadIdx.x;
  const std::int64_t first = blockIdx.y * band;
  const std::int64_t end = min(first + band, pixels);
  double one = 0.0;
  double two = 0.0;
  if (channel < sums.channels) {
    for (std::int64_t i = first + threadIdx.y; i < end; i += sum_rows) add(i, channel, one, two);
  }
  parts[0][threadIdx.y][threadIdx.x] = one;
  parts[1][threadIdx.y][threadIdx.x] = two;
  __syncthreads();
  if (threadIdx.y >= 2 || channel >= sums.channels) return;
  double sum = 0.0;
  for (int r = 0; r < sum_rows; ++r) sum += parts[threadIdx.y][r][threadIdx.x];
  sums.of(blockIdx.y)[threadIdx.y * sums.channels + channel] = sum;
}

/// The whole sums of a channel, its bands in order.
__device__ math::Moments whole_sums(const BandSums& sums, std::int64_t channel) {
  math::Moments whole;
  for (std::int64_t band = 0; band < sums.bands; ++band) {
    whole.sum += sums.of(band)[channel];
    whole.squares += sums.of(band)[sums.channels + channel];
  }
  return whole;
}

template <class T>
__global__ void __launch_bounds__(sum_threads)
    channel_moments_kernel(MatrixView<const T> x, std::int64_t band, BandSums sums) {
  add_band(x.rows, band, sums, [&](std::int64_t i, std::int64_t c, double& sum, double& squares) {
    const double value = math::to_float(x.row(i)[c]);
    sum += value;
    squares += value * value;
  });
}

__global__ void __launch_bounds__(block_threads)
    channel_sums_kernel(BandSums sums, bool accumulate, float* to) {
  for_each_index(sums.channels, [&](std::int64_t c) {
    const double before = accumulate ? to[c] : 0.0;
    to[c] = static_cast<float>(before + whole_sums(sums, c).sum);
  });
}

__global__ void __launch_bounds__(block_threads)
    statistics_kernel(BandSums sums, std::int64_t count, BatchNormTask task) {
  for_each_index(sums.channels, [&](std::int64_t c) {
    const math::Statistics now = math::statistics(whole_sums(sums, c), count);
    task.mean.data[c] = now.mean;
    task.inverse_deviation.data[c] = math::inverse_deviation(now.variance, task.epsilon);
    float& mean = task.running_mean.data[c];
    float& variance = task.running_variance.data[c];
    mean = math::moved(mean, now.mean, task.momentum);
    variance = math::moved(variance, math::unbiased(now.variance, count), task.momentum);
  });
}

template <Activation A, class T, bool running>
__global__ void __launch_bounds__(block_threads)
    normalise_kernel(MatrixView<const T> x, BatchNormTask task, float slope, MatrixView<T> y) {
  for_each_element(x.rows, x.cols, [&](std::int64_t i, std::int64_t c) {
    const float mean = running ? task.running_mean.data[c] : task.mean.data[c];
    const float inverse = running
                              ? math::inverse_deviation(task.running_variance.data[c], task.epsilon)
                              : task.inverse_deviation.data[c];
    const float value = math::normalise(math::to_float(x.row(i)[c]), mean,
                                        task.gamma.data[c] * inverse, task.beta.data[c]);
    y.row(i)[c] = math::from_float<T>(math::activate<A>(value, slope));
  });
}

template <class T>
__global__ void __launch_bounds__(sum_threads)
    channel_gradients_kernel(MatrixView<const T> x, MatrixView<const T> dy, const float* mean,
                             const float* inverse_deviation, std::int64_t band, BandSums sums) {
  add_band(x.rows, band, sums, [&](std::int64_t i, std::int64_t c, double& beta, double& gamma) {
    const double gradient = math::to_float(dy.row(i)[c]);
    beta += gradient;
    gamma += gradient * ((math::to_float(x.row(i)[c]) - mean[c]) * inverse_deviation[c]);
  });
}

__global__ void __launch_bounds__(block_threads)
    parameter_gradients_kernel(BandSums sums, float* dbeta, float* dgamma) {
  for_each_index(sums.channels, [&](std::int64_t c) {
    const math::Moments whole = whole_sums(sums, c);
    dbeta[c] = static_cast<float>(whole.sum);
    dgamma[c] = static_cast<float>(whole.squares);
  });
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    normalise_backward_kernel(MatrixView<const T> x, BatchNormBackwardTask task, float share,
                              MatrixView<T> dy) {
  for_each_element(x.rows, x.cols, [&](std::int64_t i, std::int64_t c) {
    const float inverse = task.inverse_deviation.data[c];
    const float xhat = (math::to_float(x.row(i)[c]) - task.mean.data[c]) * inverse;
    const float dx =
        math::normalise_backward(math::to_float(dy.row(i)[c]), xhat, task.gamma.data[c] * inverse,
                                 task.dbeta.data[c] * share, task.dgamma.data[c] * share);
    dy.row(i)[c] = math::from_float<T>(dx);
  });
}

// ---- Launchers -----------------------------------------------------------------------------

// 32 numbers for each thread, until there are blocks enough.
std::int64_t bands_of(std::int64_t pixels) {
  constexpr std::int64_t band = 1024;
  constexpr std::int64_t most = 256;
  return std::clamp<std::int64_t>((pixels + band - 1) / band, 1, most);
}

struct Bands {
  BandSums sums;
  std::int64_t band;
  LaunchShape shape;

  Bands(std::int64_t pixels, std::int64_t channels, Scratch& scratch)
      : sums{scratch.take<double>(bands_of(pixels) * 2 * channels), bands_of(pixels), channels},
        band((pixels + sums.bands - 1) / sums.bands),
        shape{dim3(static_cast<unsigned>((channels + sum_columns - 1) / sum_columns),
                   static_cast<unsigned>(sums.bands)),
              dim3(sum_columns, sum_rows)} {}
};

/// One pixel a row.
template <class Ref>
Ref pixels_of(Ref images, std::int64_t channels) {
  return {images.data, images.type, images.rows * (images.cols / channels), channels, channels};
}

template <bool running>
cudaError_t normalise(cudaStream_t stream, const BatchNormTask& task) {
  const ConstMatrixRef x = pixels_of(task.x, task.gamma.size);
  const MatrixRef y = pixels_of(task.y, task.gamma.size);
  cudaError_t status = cudaSuccess;
  with_activation(task.activation, [&](auto a) {
    with_float_type(x.type, [&](auto type) {
      using T = decltype(type);
      status = launch(stream, shape_for(x.rows, x.cols),
                      normalise_kernel<decltype(a)::value, T, running>, x.as<T>(), task, task.slope,
                      y.as<T>());
    });
  });
  return status;
}

}  // namespace

std::size_t channel_scratch(std::int64_t pixels, std::int64_t channels) {
  return static_cast<std::size_t>(bands_of(pixels) * 2 * channels) * sizeof(double);
}

cudaError_t run(cudaStream_t stream, const ChannelSumsTask& task, Scratch& scratch) {
  const ConstMatrixRef dy = task.dy;
  const VectorView<float> sums = task.sums;
  const ConstMatrixRef pixels = pixels_of(dy, sums.size);
  const Bands bands(pixels.rows, pixels.cols, scratch);
  cudaError_t status = cudaSuccess;
  with_float_type(dy.type, [&](auto type) {
    using T = decltype(type);
    status = launch(stream, bands.shape, channel_moments_kernel<T>, pixels.as<T>(), bands.band,
                    bands.sums);
  });
  if (status != cudaSuccess) return status;
  return launch(stream, shape_for(sums.size), channel_sums_kernel, bands.sums, task.accumulate,
                sums.data);
}

cudaError_t run(cudaStream_t stream, const BatchNormTask& task, Scratch& scratch) {
  if (task.inference) return normalise<true>(stream, task);
  const ConstMatrixRef x = pixels_of(task.x, task.gamma.size);
  const Bands bands(x.rows, x.cols, scratch);
  cudaError_t status = cudaSuccess;
  with_float_type(x.type, [&](auto type) {
    using T = decltype(type);
    status =
        launch(stream, bands.shape, channel_moments_kernel<T>, x.as<T>(), bands.band, bands.sums);
  });
  if (status != cudaSuccess) return status;
  status = launch(stream, shape_for(x.cols), statistics_kernel, bands.sums, x.rows, task);
  if (status != cudaSuccess) return status;
  return normalise<false>(stream, task);
}

cudaError_t run(cudaStream_t stream, const BatchNormBackwardTask& task, Scratch& scratch) {
  const ConstMatrixRef x = pixels_of(task.x, task.gamma.size);
  const MatrixRef dy = pixels_of(task.dy, task.gamma.size);
  const Bands bands(x.rows, x.cols, scratch);
  cudaError_t status = cudaSuccess;
  with_float_type(x.type, [&](auto type) {
    using T = decltype(type);
    status = launch(stream, bands.shape, channel_gradients_kernel<T>, x.as<T>(), dy.as<T>(),
                    task.mean.data, task.inverse_deviation.data, bands.band, bands.sums);
    if (status != cudaSuccess) return;
    status = launch(stream, shape_for(x.cols), parameter_gradients_kernel, bands.sums,
                    task.dbeta.data, task.dgamma.data);
    if (status != cudaSuccess || x.rows == 0) return;
    status = launch(stream, shape_for(x.rows, x.cols), normalise_backward_kernel<T>, x.as<T>(),
                    task, 1.0F / static_cast<float>(x.rows), dy.as<T>());
  });
  return status;
}

}  // namespace vgan::cuda
