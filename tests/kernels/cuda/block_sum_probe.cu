#include "tests/kernels/cuda/block_sum_probe.hpp"

#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"

namespace vgan::testing {
namespace {

template <int Threads, class T>
__global__ void __launch_bounds__(Threads) block_sum_kernel(const T* in, T* sum) {
  __shared__ cuda::BlockSumMemory<T, Threads> memory;
  const T total = cuda::block_sum<Threads>(in[threadIdx.x], memory);
  if (threadIdx.x == 0) *sum = total;
}

template <class T>
__global__ void __launch_bounds__(32) warp_sum_kernel(const T* in, T* sum) {
  const T total = cuda::sum_to_first_lane(in[threadIdx.x]);
  if (threadIdx.x == 0) *sum = total;
}

}  // namespace

template <class T>
cudaError_t probe_block_sum(cudaStream_t stream, int threads, const T* in, T* sum) {
  const auto kernel = threads == 1024  ? block_sum_kernel<1024, T>
                      : threads == 256 ? block_sum_kernel<256, T>
                                       : block_sum_kernel<32, T>;
  return cuda::launch(stream, {dim3(1), dim3(threads)}, kernel, in, sum);
}

cudaError_t probe_block_of_256(cudaStream_t stream, int threads, const float* in, float* sum) {
  return cuda::launch(stream, {dim3(1), dim3(threads)}, block_sum_kernel<256, float>, in, sum);
}

template <class T>
cudaError_t probe_warp_sum(cudaStream_t stream, const T* in, T* sum) {
  return cuda::launch(stream, {dim3(1), dim3(32)}, warp_sum_kernel<T>, in, sum);
}

#define VGAN_INSTANCE(T)                                                 \
  template cudaError_t probe_block_sum(cudaStream_t, int, const T*, T*); \
  template cudaError_t probe_warp_sum(cudaStream_t, const T*, T*);
VGAN_INSTANCE(float)
VGAN_INSTANCE(double)
VGAN_INSTANCE(int)
#undef VGAN_INSTANCE

}  // namespace vgan::testing
