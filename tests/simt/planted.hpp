// Kernels for the executor's own tests: each bug that it must find, beside a right twin, and what
// the language and the runtime promise.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace vgan::simt_tests {

enum class Bug {
  none,
  divergent_barrier,     ///< half of a block's threads reach __syncthreads, half another one
  exit_before_barrier,   ///< one thread leaves, the rest wait
  shuffle_outside_mask,  ///< the mask does not name the caller
  shuffle_inactive,      ///< from a lane that the mask leaves out
  ballot_exited,         ///< the mask names lanes that have left
  ballot_divergent,      ///< the mask names lanes that wait elsewhere
  exchange_sizes,        ///< lanes exchange different numbers of bytes
  exchange_divergent,    ///< the mask names lanes that vote instead
  global_past_end,
  global_before_begin,
  host_memory,
  misaligned,  ///< four floats at an address that is no multiple of 16
  shared_past_end,
  dynamic_past_end,
  unset_shared,      ///< reads shared memory that nobody wrote
  race_write_read,   ///< another warp's value, with no barrier
  race_read_write,   ///< reads, then others write, with no barrier
  race_write_write,  ///< two threads of a warp write one word
  race_in_warp,      ///< a neighbouring lane's value, with no __syncwarp
  race_atomic,       ///< a plain read of what others update atomically
};

/// Every kernel below takes `count` floats and runs in blocks of 64 threads.
cudaError_t run_barrier(cudaStream_t stream, Bug bug, float* values, int count);
cudaError_t run_warp(cudaStream_t stream, Bug bug, float* values, int count);
cudaError_t run_global(cudaStream_t stream, Bug bug, float* values, int count);
cudaError_t run_shared(cudaStream_t stream, Bug bug, float* values, int count);
cudaError_t run_dynamic(cudaStream_t stream, Bug bug, float* values, int count);
cudaError_t run_race(cudaStream_t stream, Bug bug, float* values, int count);

/// values[i] = values[i] * scale + offset
cudaError_t scale_add(cudaStream_t stream, float* values, int count, float scale, float offset);
/// to[i] = from[i]
cudaError_t copy_values(cudaStream_t stream, const float* from, float* to, int count);
/// order[k] = the index of the k-th block that ran
cudaError_t block_order(cudaStream_t stream, int blocks, int* order, int* cursor);
/// out[op * 32 + lane] for each operation of a warp, in the order of planted.cu
cudaError_t warp_operations(cudaStream_t stream, int* out);
constexpr int warp_operation_count = 15;
/// out[i] = sum of all in[], by one cooperative launch of `blocks` blocks
cudaError_t grid_sum(cudaStream_t stream, int blocks, float* values, float* partial, float* out);
/// The same with `shared_bytes` of dynamic shared memory; asks for them first if `ask`.
cudaError_t use_dynamic(cudaStream_t stream, std::size_t shared_bytes, bool ask, float* out);
/// 4 words of cuRAND's Philox for each of 32 threads
cudaError_t philox_words(cudaStream_t stream, std::uint64_t seed, std::uint64_t subsequence,
                         std::uint32_t* out);
/// A shape that CUDA refuses.
cudaError_t bad_shape(cudaStream_t stream, unsigned threads);
/// Atomics from all threads: out = {sum, max, min, or, swaps}
cudaError_t atomics(cudaStream_t stream, int blocks, int* out);

// ---- planted_programmatic.cu -------------------------------------------------------------------

enum class StageBug {
  none,
  none_one_waits,   ///< one thread of a block waits, then comes __syncthreads: as good
  none_lanes_wait,  ///< one lane of each warp waits, then comes __syncwarp: as good
  early_read,       ///< what the launch before writes
  early_write,
  early_signal,  ///< lets the next launch start before it has waited
  no_wait,
  no_barrier,  ///< one thread of a block waits, the others go on
};
/// to[i] = from[i] * weights[i] + 1, in blocks of 64 threads; the weights are read before the wait
/// for the launch before.
struct Stage {
  const float* weights;
  const float* from;
  float* to;  ///< null: nothing is written
  int count;
  int* blocks_done;  ///< pinned; each block adds 1 at its end
  int* blocks_seen;  ///< pinned, or null: at most what blocks_done was as a block began
};
cudaError_t run_stage(cudaStream_t stream, StageBug bug, const Stage& stage);
/// The same, not launched programmatically.
cudaError_t run_plain_stage(cudaStream_t stream, const Stage& stage);
/// values[i] += 1 for i < 128 * clusters, in clusters of two blocks or in one cooperative launch,
/// of which one thread waits before a barrier of all
cudaError_t run_together(cudaStream_t stream, float* values, int clusters, bool cooperative);
/// values[i] = 2 values[i] + step * (63 - i) for i < 64, through static shared memory
cudaError_t run_static_stage(cudaStream_t stream, float* values, float step);

}  // namespace vgan::simt_tests
