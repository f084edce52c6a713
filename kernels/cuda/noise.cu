// Random numbers by cuRAND's device Philox: each is a pure function of (seed, purpose, step,
// place).
#include <curand_kernel.h>

#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/math/gaussian.hpp"
#include "kernels/math/uniform.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

// Words 4 * block .. 4 * block + 3 of the stream at its step.
__device__ math::Words4 words_at(const RandomStream& numbers, std::uint64_t block) {
  const std::uint64_t stream = numbers.subsequence();
  curandStatePhilox4_32_10_t generator;
  curand_init(numbers.seed, stream, 4 * block, &generator);
  const uint4 words = curand4(&generator);
  return {words.x, words.y, words.z, words.w};
}

// Calls `body(i, j, words, lane)` for each element of [rows, cols]: its number is lane `lane` of
// `words`. A thread draws four words and serves up to four elements.
template <class Body>
__device__ void for_each_number(const RandomStream& numbers, std::int64_t rows, std::int64_t cols,
                                Body body) {
  const std::uint64_t first = numbers.first;
  const std::uint64_t end = first + static_cast<std::uint64_t>(rows * cols);
  const auto blocks = static_cast<std::int64_t>((end + 3) / 4 - first / 4);
  for_each_index(blocks, [&](std::int64_t k) {
    const std::uint64_t block = first / 4 + static_cast<std::uint64_t>(k);
    const math::Words4 words = words_at(numbers, block);
    for (int lane = 0; lane < 4; ++lane) {
      const std::uint64_t number = 4 * block + static_cast<std::uint64_t>(lane);
      if (number < first || number >= end) continue;
      const auto element = static_cast<std::int64_t>(number - first);
      body(element / cols, element % cols, words, lane);
    }
  });
}

__device__ float normal_lane(const math::Words4& words, int lane) {
  const bool high = lane >= 2;
  const math::Pair pair = math::box_muller(high ? words.z : words.x, high ? words.w : words.y);
  return lane % 2 == 0 ? pair.first : pair.second;
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    normal_kernel(RandomStream numbers, MatrixView<T> out) {
  for_each_number(numbers, out.rows, out.cols,
                  [&](std::int64_t i, std::int64_t j, const math::Words4& words, int lane) {
                    out.row(i)[j] = math::from_float<T>(normal_lane(words, lane));
                  });
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    normal_mixture_kernel(RandomStream numbers, math::LatentMixture mixture, MatrixView<T> out) {
  const auto cols = static_cast<std::uint64_t>(out.cols);
  const std::uint64_t first_row = numbers.first / cols;
  const std::uint64_t stream = numbers.subsequence();
  for_each_number(
      numbers, out.rows, out.cols,
      [&](std::int64_t i, std::int64_t j, const math::Words4& words, int lane) {
        const std::uint64_t component = math::mixture_component(
            numbers.seed, stream, first_row + static_cast<std::uint64_t>(i), mixture.components);
        const float centre = math::gaussian(mixture.seed, math::centre_stream(),
                                            component * cols + static_cast<std::uint64_t>(j));
        const float noise = normal_lane(words, lane);
        out.row(i)[j] = math::from_float<T>(math::mixture_latent(mixture, noise, centre));
      });
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    add_normal_kernel(RandomStream numbers, MatrixView<const T> in, const float* sigma,
                      MatrixView<T> out) {
  const float width = *sigma;
  for_each_number(numbers, out.rows, out.cols,
                  [&](std::int64_t i, std::int64_t j, const math::Words4& words, int lane) {
                    const float value = math::to_float(in.row(i)[j]);
                    out.row(i)[j] = math::from_float<T>(value + width * normal_lane(words, lane));
                  });
}

__global__ void __launch_bounds__(block_threads)
    uniform_kernel(RandomStream numbers, float bound, MatrixView<float> out) {
  for_each_number(numbers, out.rows, out.cols,
                  [&](std::int64_t i, std::int64_t j, const math::Words4& words, int lane) {
                    out.row(i)[j] =
                        math::uniform_between(math::word_of(words, lane), -bound, bound);
                  });
}

// A block for each row, with one number.
template <class In, class Out>
__global__ void __launch_bounds__(block_threads)
    interpolate_kernel(RandomStream numbers, MatrixView<const In> real, MatrixView<const In> fake,
                       MatrixView<Out> out) {
  __shared__ float shared_share;
  const std::int64_t i = blockIdx.x;
  if (threadIdx.x == 0) {
    const std::uint64_t number = numbers.first + static_cast<std::uint64_t>(i);
    const math::Words4 words = words_at(numbers, number / 4);
    shared_share = math::uniform(math::word_of(words, static_cast<int>(number % 4)));
  }
  __syncthreads();
  const float share = shared_share;
  for (std::int64_t j = threadIdx.x; j < out.cols; j += blockDim.x) {
    out.row(i)[j] = math::from_float<Out>(
        math::interpolate(share, math::to_float(real.row(i)[j]), math::to_float(fake.row(i)[j])));
  }
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const NormalTask& task, Scratch&) {
  const MatrixRef out = task.out;
  cudaError_t status = cudaSuccess;
  with_float_type(out.type, [&](auto type) {
    using T = decltype(type);
    status =
        launch(stream, shape_for(out.size() / 4 + 2), normal_kernel<T>, task.stream, out.as<T>());
  });
  return status;
}

cudaError_t run(cudaStream_t stream, const NormalMixtureTask& task, Scratch&) {
  const MatrixRef out = task.out;
  cudaError_t status = cudaSuccess;
  with_float_type(out.type, [&](auto type) {
    using T = decltype(type);
    status = launch(stream, shape_for(out.size() / 4 + 2), normal_mixture_kernel<T>, task.stream,
                    task.mixture, out.as<T>());
  });
  return status;
}

cudaError_t run(cudaStream_t stream, const AddNormalTask& task, Scratch&) {
  const MatrixRef out = task.out;
  cudaError_t status = cudaSuccess;
  with_float_type(out.type, [&](auto type) {
    using T = decltype(type);
    status = launch(stream, shape_for(out.size() / 4 + 2), add_normal_kernel<T>, task.stream,
                    task.in.as<T>(), task.sigma, out.as<T>());
  });
  return status;
}

cudaError_t run(cudaStream_t stream, const UniformTask& task, Scratch&) {
  const MatrixView<float> out = task.out;
  return launch(stream, shape_for(out.rows * out.cols / 4 + 2), uniform_kernel, task.stream,
                task.bound, out);
}

cudaError_t run(cudaStream_t stream, const InterpolateTask& task, Scratch&) {
  const MatrixRef out = task.out;
  cudaError_t status = cudaSuccess;
  const LaunchShape shape{dim3(static_cast<unsigned>(out.rows)), dim3(block_threads)};
  with_float_type(task.real.type, [&](auto in_type) {
    with_float_type(out.type, [&](auto out_type) {
      using In = decltype(in_type);
      using Out = decltype(out_type);
      status = launch(stream, shape, interpolate_kernel<In, Out>, task.stream, task.real.as<In>(),
                      task.fake.as<In>(), out.as<Out>());
    });
  });
  return status;
}

}  // namespace vgan::cuda
