// A discriminator's last layer, one logit a row, with its loss, its gradients and its Adam step.
#include "kernels/cuda/adam_quad.hpp"
#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/fused/fused.hpp"
#include "kernels/cuda/fused/fused_shapes.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/quad.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/math/gan_loss.hpp"

namespace vgan::cuda {
namespace {

constexpr int warps = 32;
constexpr int warp_cols = 128;   // a quad for each lane
constexpr int rows_at_once = 4;  // of a warp: their loads are on their way together

// ---- Device code ---------------------------------------------------------------------------

// A column of n numbers.
struct Column {
  void* data = nullptr;
  std::int64_t stride = 0;
  ElementType type = ElementType::f32;

  // Returns what is stored.
  __device__ float store(int row, float value) const {
    if (type == ElementType::f32) {
      static_cast<float*>(data)[row * stride] = value;
      return value;
    }
    const math::BFloat16 rounded = math::to_bfloat16(value);
    static_cast<math::BFloat16*>(data)[row * stride] = rounded;
    return math::to_float(rounded);
  }
};

struct LogitJob {
  QuadRows<const void> x;
  const void* w = nullptr;
  std::int64_t w_stride = 0;
  bool w_wide = false;
  const float* bias = nullptr;
  Column logits;
  Column gradient;
  QuadRows<void> dx;
  math::Activation activation = math::Activation::identity;
  float slope = 0.0F;
  LogitLossSide sides[2];
  AdamArena weight_step;
  AdamArena bias_step;
  AdamRates rates;
  StepCounter counter;
  AdamState* network = nullptr;
};

template <class T>
__device__ void load_weights(const LogitJob& job, int col, int count, float (&w)[4]) {
  const T* from = static_cast<const T*>(job.w) + col * job.w_stride;
  if (job.w_stride == 1) return load_quad(from, count, job.w_wide, w);
  VGAN_UNROLL
  for (int e = 0; e < 4; ++e) w[e] = e < count ? math::to_float(from[e * job.w_stride]) : 0.0F;
}

// The quads at `col` of rows first, first + warps, ...; 0 past the last row. x is of the weights'
// type.
template <class T>
__device__ void load_rows(const LogitJob& job, int first, int col, int count,
                          float (&x)[rows_at_once][4]) {
  VGAN_UNROLL
  for (int r = 0; r < rows_at_once; ++r) {
    const int row = first + r * warps;
    const T* from = static_cast<const T*>(job.x.data) + min(row, job.x.rows - 1) * job.x.stride;
    load_quad(from + col, row < job.x.rows ? count : 0, job.x.wide, x[r]);
  }
}

// values[row] = x[row] w + bias. Row i is warp i % 32's; its lanes share out the columns.
template <class T>
__device__ void find_logits(const LogitJob& job, float* values) {
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int k = job.x.cols;
  for (int first = warp; first < job.x.rows; first += warps * rows_at_once) {
    float sums[rows_at_once] = {};
    for (int col = 4 * lane; col < k; col += warp_cols) {
      const int count = min(4, k - col);
      float w[4];
      float x[rows_at_once][4];
      load_weights<T>(job, col, count, w);
      load_rows<T>(job, first, col, count, x);
      VGAN_UNROLL
      for (int r = 0; r < rows_at_once; ++r) {
        VGAN_UNROLL
        for (int e = 0; e < 4; ++e) sums[r] = __fmaf_rn(x[r][e], w[e], sums[r]);
      }
    }
    VGAN_UNROLL
    for (int r = 0; r < rows_at_once; ++r) {
      const float sum = sum_to_first_lane(sums[r]);
      const int row = first + r * warps;
      if (lane == 0 && row < job.x.rows) values[row] = sum + *job.bias;
    }
  }
}

struct LossMemory {
  BlockSumMemory<double, warps * 32> losses;
  BlockSumMemory<int, warps * 32> rights;
};

// The rows of one side: logits in, gradients out, in `values` and in memory.
__device__ inline void find_loss(const LogitJob& job, const LogitLossSide& side, int first,
                                 float* values, LossMemory& memory) {
  const int rows = static_cast<int>(side.rows);
  const GanLossTerm& term = side.term;
  const float share = 1.0F / static_cast<float>(rows);
  double loss = 0.0;
  int right = 0;
  for (int i = static_cast<int>(threadIdx.x); i < rows; i += warps * 32) {
    const float logit = values[first + i];
    const math::LossAndGradient one = math::gan_loss(term.kind, term.side, logit, term.target);
    loss += one.loss;
    right += math::is_right(term.kind, term.side, logit) ? 1 : 0;
    job.logits.store(first + i, logit);
    values[first + i] = job.gradient.store(first + i, one.gradient * share);
  }
  const double total = block_sum<warps * 32>(loss, memory.losses);
  const int total_right = block_sum<warps * 32>(right, memory.rights);
  if (threadIdx.x != 0) return;
  *term.loss = static_cast<float>(total / static_cast<double>(rows));
  if (term.accuracy != nullptr) *term.accuracy = static_cast<float>(total_right) * share;
}

// dx of this lane's columns in this warp's rows, and what those rows add to the gradient of w; in
// column k, whose x is 1, to that of the bias.
template <class T>
__device__ void pass_gradient_down(const LogitJob& job, const float* values, int col,
                                   float (&sums)[4]) {
  const int k = job.x.cols;
  const int count = min(max(k - col, 0), 4);
  const int safe_col = count > 0 ? col : 0;
  float w[4];
  load_weights<T>(job, safe_col, count, w);
  for (int first = static_cast<int>(threadIdx.x) / 32; first < job.x.rows;
       first += warps * rows_at_once) {
    float x[rows_at_once][4];
    load_rows<T>(job, first, safe_col, count, x);
    VGAN_UNROLL
    for (int r = 0; r < rows_at_once; ++r) {
      const int row = first + r * warps;
      if (row >= job.x.rows) continue;
      const float gradient = values[row];
      float dx[4];
      VGAN_UNROLL
      for (int e = 0; e < 4; ++e) {
        dx[e] = gradient * w[e] * math::derivative_from_output(job.activation, x[r][e], job.slope);
        sums[e] = __fmaf_rn(col + e == k ? 1.0F : x[r][e], gradient, sums[e]);
      }
      if (job.dx.data != nullptr && count > 0) job.dx.store(row, col, count, dx);
    }
  }
}

// Column `col` of the weights, or the bias.
__device__ inline void update_column(const LogitJob& job, int col, float gradient,
                                     const AdamConstants& constants) {
  const bool is_bias = col == job.x.cols;
  const AdamArena& arena = is_bias ? job.bias_step : job.weight_step;
  const int i = is_bias ? 0 : col;
  const float gradients[4] = {gradient};
  AdamQuad place;
  place.load(arena, i, 1, false);
  if (place.update(gradients, 1, constants)) atomicOr(&job.network->nonfinite, 1U);
  place.store(arena, i, 1, false);
}

// One block: all logits, their losses, then the columns of x again, 128 at a time. Weights are read
// for the last time before the __syncthreads that their update is behind.
template <class T>
__global__ void __launch_bounds__(warps * 32)
    fused_logit_loss_kernel(const __grid_constant__ LogitJob job) {
  __shared__ float values[most_logit_rows];  // logits, then gradients
  __shared__ LossMemory sides[2];
  alignas(16) __shared__ float parts[warps][warp_cols];  // stored as float4
  __shared__ AdamConstants constants;
  // Nothing is fetched before: w is a few hundred numbers, on their way together with x.
  wait_for_previous_kernel();
  let_next_kernel_start();
  find_logits<T>(job, values);
  __syncthreads();
  const bool updates = !job.weight_step.weights.empty();
  const int thread = static_cast<int>(threadIdx.x);
  // The last warp, which has no row of a small batch.
  if (updates && thread / 32 == warps - 1) {
    find_adam_constants(job.rates, job.counter, job.network, &constants);
  }
  const int first_rows = static_cast<int>(job.sides[0].rows);
  find_loss(job, job.sides[0], 0, values, sides[0]);
  if (job.sides[1].rows > 0) {
    find_loss(job, job.sides[1], first_rows, values, sides[1]);
  }
  // The sums in find_loss have passed a __syncthreads since `values` and `constants` were written.
  if (!updates && job.dx.data == nullptr) return;
  const int columns = job.x.cols + (updates ? 1 : 0);
  for (int first = 0; first < columns; first += warp_cols) {
    float sums[4] = {};
    pass_gradient_down<T>(job, values, first + thread % 32 * 4, sums);
    if (!updates) continue;
    *reinterpret_cast<float4*>(&parts[thread / 32][thread % 32 * 4]) =
        make_float4(sums[0], sums[1], sums[2], sums[3]);
    __syncthreads();
    if (thread < warp_cols && first + thread < columns) {
      float gradient = 0.0F;
      for (int w = 0; w < warps; ++w) gradient += parts[w][thread];
      update_column(job, first + thread, gradient, constants);
    }
    __syncthreads();
  }
}

// ---- Launcher ------------------------------------------------------------------------------

bool is_column(ConstMatrixRef matrix, std::int64_t rows) {
  return !matrix.empty() && is_float(matrix.type) && matrix.rows == rows && matrix.cols == 1;
}

LogitJob job_of(const LogitLossTask& task) {
  LogitJob job;
  job.x = QuadRows<const void>(task.x);
  job.w = task.w.data;
  job.w_stride = task.w.stride;
  job.w_wide = starts_quads(task.w.data, element_size(task.w.type));
  job.bias = task.bias.data;
  job.logits = {task.logits.data, task.logits.stride, ElementType::f32};
  job.gradient = {task.gradient.data, task.gradient.stride, task.gradient.type};
  if (!task.dx.empty()) job.dx = QuadRows<void>(task.dx);
  job.activation = task.activation;
  job.slope = task.slope;
  for (int side = 0; side < 2; ++side) job.sides[side] = task.sides[side];
  job.weight_step = task.weight_step;
  job.bias_step = task.bias_step;
  return job;
}

}  // namespace

bool fused_supports(const LogitLossTask& task) {
  const std::int64_t n = task.x.rows;
  const std::int64_t k = task.x.cols;
  const bool sides = task.sides[0].rows > 0 && task.sides[1].rows >= 0 &&
                     task.sides[0].rows + task.sides[1].rows == n &&
                     task.sides[0].term.loss != nullptr &&
                     (task.sides[1].rows == 0 || task.sides[1].term.loss != nullptr);
  const bool outputs =
      task.logits.data != nullptr && task.logits.rows == n && task.logits.cols == 1 &&
      is_column(task.gradient, n) &&
      (task.dx.empty() || (is_float(task.dx.type) && task.dx.rows == n && task.dx.cols == k));
  const bool updates = task.weight_step.weights.empty()
                           ? task.bias_step.weights.empty()
                           : holds(task.weight_step, k) && holds(task.bias_step, 1);
  return has_countable_extents(task.x) && n <= most_logit_rows && is_float(task.x.type) &&
         is_column(task.w, k) && task.w.type == task.x.type && task.bias.size == 1 && sides &&
         outputs && updates;
}

cudaError_t fused_logit_loss(cudaStream_t stream, const LogitLossTask& task, const AdamRates& rates,
                             StepCounter counter, AdamState* network, const FusedLaunch& options) {
  if (!fused_supports(task)) return cudaErrorInvalidValue;
  LogitJob job = job_of(task);
  job.rates = rates;
  job.counter = counter;
  job.network = network;
  cudaError_t status = cudaSuccess;
  with_float_type(task.x.type, [&](auto type) {
    status = launch(stream, {dim3(1), dim3(warps * 32), 0, options.programmatic},
                    fused_logit_loss_kernel<decltype(type)>, job);
  });
  return status;
}

}  // namespace vgan::cuda
