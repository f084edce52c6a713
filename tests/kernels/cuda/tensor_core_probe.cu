#include "tests/kernels/cuda/tensor_core_probe.hpp"

#include "kernels/cuda/fused/tensor_core.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/math/bfloat16.hpp"

namespace vgan::testing {
namespace {

using cuda::launch;

__device__ std::uint32_t two_halves(float low, float high) {
  return math::to_bfloat16(low).bits | std::uint32_t{math::to_bfloat16(high).bits} << 16;
}

// Fragments by the tables of the PTX ISA: a0 .. a7 at row groupID (+ 8 for a2, a3, a6, a7), column
// threadID * 2 + (i & 1) (+ 8 from a4 on); b0 .. b3 at row threadID * 2 + (i & 1) (+ 8 from b2 on).
__global__ void mma_bf16_kernel(const float* a, const float* b, float* c) {
  const int group = static_cast<int>(threadIdx.x) >> 2;
  const int thread = static_cast<int>(threadIdx.x) & 3;
  float a_values[8];
  float b_values[4];
  float sums[4];
  for (int i = 0; i < 8; ++i) {
    const bool below = i == 2 || i == 3 || i == 6 || i == 7;
    a_values[i] = a[(group + (below ? 8 : 0)) * 16 + thread * 2 + (i & 1) + (i >= 4 ? 8 : 0)];
  }
  for (int i = 0; i < 4; ++i) {
    b_values[i] = b[(thread * 2 + (i & 1) + (i >= 2 ? 8 : 0)) * 8 + group];
    sums[i] = c[(group + (i >= 2 ? 8 : 0)) * 8 + thread * 2 + (i & 1)];
  }
  const std::uint32_t a_registers[4] = {
      two_halves(a_values[0], a_values[1]), two_halves(a_values[2], a_values[3]),
      two_halves(a_values[4], a_values[5]), two_halves(a_values[6], a_values[7])};
  const std::uint32_t b_registers[2] = {two_halves(b_values[0], b_values[1]),
                                        two_halves(b_values[2], b_values[3])};
  cuda::mma_m16n8k16_bf16(sums, a_registers, b_registers);
  for (int i = 0; i < 4; ++i) c[(group + (i >= 2 ? 8 : 0)) * 8 + thread * 2 + (i & 1)] = sums[i];
}

__global__ void mma_tf32_kernel(const float* a, const float* b, float* c) {
  const int group = static_cast<int>(threadIdx.x) >> 2;
  const int thread = static_cast<int>(threadIdx.x) & 3;
  std::uint32_t a_registers[4];
  std::uint32_t b_registers[2];
  float sums[4];
  for (int i = 0; i < 4; ++i) {
    const int row = group + (i == 1 || i == 3 ? 8 : 0);
    a_registers[i] = cuda::round_to_tf32(a[row * 8 + thread + (i >= 2 ? 4 : 0)]);
    sums[i] = c[(group + (i >= 2 ? 8 : 0)) * 8 + thread * 2 + (i & 1)];
  }
  for (int i = 0; i < 2; ++i)
    b_registers[i] = cuda::round_to_tf32(b[(thread + (i == 1 ? 4 : 0)) * 8 + group]);
  cuda::mma_m16n8k8_tf32(sums, a_registers, b_registers);
  for (int i = 0; i < 4; ++i) c[(group + (i >= 2 ? 8 : 0)) * 8 + thread * 2 + (i & 1)] = sums[i];
}

__global__ void tf32_kernel(const float* in, float* out) {
  out[threadIdx.x] = __uint_as_float(cuda::round_to_tf32(in[threadIdx.x]));
}

template <bool Transposed>
__global__ void load_matrices_kernel(const std::uint16_t* in, std::uint32_t* out) {
  __shared__ uint4 rows[32];
  rows[threadIdx.x] = reinterpret_cast<const uint4*>(in)[threadIdx.x];
  __syncthreads();
  std::uint32_t four[4];
  std::uint32_t two[2];
  cuda::load_four_matrices<Transposed>(four, &rows[threadIdx.x]);
  cuda::load_two_matrices<Transposed>(two, &rows[threadIdx.x % 16]);
  for (int i = 0; i < 4; ++i) out[threadIdx.x * 6 + i] = four[i];
  for (int i = 0; i < 2; ++i) out[threadIdx.x * 6 + 4 + i] = two[i];
}

template <int Bytes>
__device__ void copy_half(CopyBug bug, float* to, const float* in, int count, int half) {
  constexpr int floats = Bytes / 4;
  const int first = 64 * half + static_cast<int>(threadIdx.x) * floats;
  if (first >= 64 * (half + 1)) return;
  int valid = count - first;
  valid = valid < 0 ? 0 : valid > floats ? floats : valid;
  if (bug == CopyBug::past_source) valid = floats;
  const float* from = valid > 0 ? in + first : in;
  if (bug == CopyBug::misaligned) from = in + 1;
  cuda::copy_async<Bytes>(to + first, from, valid * 4);
}

template <int Bytes>
__global__ void copies_kernel(CopyBug bug, const float* in, int count, float* out) {
  __shared__ float4 shared[32];
  auto* const memory = reinterpret_cast<float*>(shared);
  memory[threadIdx.x] = memory[64 + threadIdx.x] = 0.0F;  // what an earlier stage left
  __syncthreads();
  float* values = bug == CopyBug::to_global ? out : memory;
  copy_half<Bytes>(bug, values, in, count, 0);
  cuda::commit_copies();
  copy_half<Bytes>(bug, values, in, count, 1);
  cuda::commit_copies();
  if (bug != CopyBug::no_wait && bug != CopyBug::late_wait) cuda::wait_for_copies<1>();
  if (bug != CopyBug::no_barrier) __syncthreads();
  out[threadIdx.x] = values[63 - threadIdx.x];
  if (bug == CopyBug::late_wait) cuda::wait_for_copies<1>();
  if (bug != CopyBug::no_wait) cuda::wait_for_copies<0>();
  __syncthreads();
  out[64 + threadIdx.x] = values[127 - threadIdx.x];
}

__global__ void launch_order_kernel(float* value) {
  cuda::wait_for_previous_kernel();
  cuda::let_next_kernel_start();
  if (threadIdx.x == 0) *value += 1.0F;
}

}  // namespace

cudaError_t probe_mma_bf16(cudaStream_t stream, const float* a, const float* b, float* c) {
  return launch(stream, {dim3(1), dim3(32)}, mma_bf16_kernel, a, b, c);
}

cudaError_t probe_mma_tf32(cudaStream_t stream, const float* a, const float* b, float* c) {
  return launch(stream, {dim3(1), dim3(32)}, mma_tf32_kernel, a, b, c);
}

cudaError_t probe_tf32(cudaStream_t stream, const float* in, float* out) {
  return launch(stream, {dim3(1), dim3(32)}, tf32_kernel, in, out);
}

cudaError_t probe_load_matrices(cudaStream_t stream, bool transposed, const std::uint16_t* in,
                                std::uint32_t* out) {
  return launch(stream, {dim3(1), dim3(32)},
                transposed ? load_matrices_kernel<true> : load_matrices_kernel<false>, in, out);
}

cudaError_t probe_copies(cudaStream_t stream, CopyBug bug, int bytes, const float* in, int count,
                         float* out) {
  const auto kernel = bytes == 16  ? copies_kernel<16>
                      : bytes == 8 ? copies_kernel<8>
                                   : copies_kernel<4>;
  return launch(stream, {dim3(1), dim3(64)}, kernel, bug, in, count, out);
}

cudaError_t probe_launch_order(cudaStream_t stream, float* value) {
  return launch(stream, {dim3(1), dim3(32), 0, true}, launch_order_kernel, value);
}

}  // namespace vgan::testing
