// The search for numbers that are not finite, by CUB's reduction over a device.
#include <cmath>
#include <cstdint>

#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <cub/device/device_reduce.cuh>

#include "kernels/cuda/operations.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

// A place as it is where its number is not finite, else `none`.
struct BadPlace {
  const float* values;
  std::int64_t none;

  __device__ std::int64_t operator()(std::int64_t place) const {
    return std::isfinite(values[place]) ? none : place;
  }
};

struct Smaller {
  __device__ std::int64_t operator()(std::int64_t a, std::int64_t b) const { return b < a ? b : a; }
};

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const FirstNonfiniteTask& task, Scratch& scratch) {
  const std::int64_t size = task.values.size;
  const auto places = thrust::make_transform_iterator(thrust::counting_iterator<std::int64_t>(0),
                                                      BadPlace{task.values.data, size});
  const auto reduce = [&](void* memory, std::size_t& bytes) {
    return cub::DeviceReduce::Reduce(memory, bytes, places, task.first, static_cast<int>(size),
                                     Smaller{}, size, stream);
  };
  std::size_t bytes = 0;  // without memory it says how much it needs
  const cudaError_t status = reduce(nullptr, bytes);
  if (status != cudaSuccess) return status;
  return reduce(scratch.take<std::byte>(static_cast<std::int64_t>(bytes)), bytes);
}

}  // namespace vgan::cuda
