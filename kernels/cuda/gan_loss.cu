// GAN losses from the logit: values, gradients and accuracy in one launch.
#include "kernels/math/gan_loss.hpp"

#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/dispatch.hpp"

namespace vgan::cuda {
namespace {

// What a block adds up.
struct GanLossPart {
  double loss;
  int right;
};

// ---- Device code ---------------------------------------------------------------------------

struct LossMeans {
  std::int64_t rows;
  float* loss;
  float* accuracy;
};

__device__ inline void store_means(const LossMeans& means, double loss, int right) {
  *means.loss = static_cast<float>(loss / static_cast<double>(means.rows));
  if (means.accuracy != nullptr) {
    *means.accuracy = static_cast<float>(right) * (1.0F / static_cast<float>(means.rows));
  }
}

// Block b has rows [b band, (b + 1) band); it gives a part where there are parts, else the means.
template <class T>
__global__ void __launch_bounds__(block_threads)
    gan_loss_kernel(MatrixView<const float> logits, std::int64_t band, math::GanLoss kind,
                    math::GanSide side, float target, MatrixView<T> gradient, GanLossPart* parts,
                    LossMeans means) {
  __shared__ BlockSumMemory<double> losses;
  __shared__ BlockSumMemory<int> rights;
  const float share = 1.0F / static_cast<float>(logits.rows);
  const std::int64_t first = blockIdx.x * band;
  const std::int64_t end = min(first + band, logits.rows);
  double loss = 0.0;
  int right = 0;
  for (std::int64_t i = first + threadIdx.x; i < end; i += blockDim.x) {
    const float logit = *logits.row(i);
    const math::LossAndGradient one = math::gan_loss(kind, side, logit, target);
    loss += one.loss;
    right += math::is_right(kind, side, logit) ? 1 : 0;
    *gradient.row(i) = math::from_float<T>(one.gradient * share);
  }
  const double total = block_sum(loss, losses);
  const int total_right = block_sum(right, rights);
  if (threadIdx.x != 0) return;
  if (parts != nullptr) {
    parts[blockIdx.x] = {total, total_right};
  } else {
    store_means(means, total, total_right);
  }
}

// One block: the parts in a fixed order.
__global__ void __launch_bounds__(block_threads)
    gan_loss_means_kernel(const GanLossPart* parts, std::int64_t count, LossMeans means) {
  __shared__ BlockSumMemory<double> losses;
  __shared__ BlockSumMemory<int> rights;
  double loss = 0.0;
  int right = 0;
  for (std::int64_t i = threadIdx.x; i < count; i += blockDim.x) {
    loss += parts[i].loss;
    right += parts[i].right;
  }
  const double total = block_sum(loss, losses);
  const int total_right = block_sum(right, rights);
  if (threadIdx.x == 0) store_means(means, total, total_right);
}

// ---- Launcher ------------------------------------------------------------------------------

// Blocks side by side: 1 up to 2,048 rows.
std::int64_t blocks_of(std::int64_t rows) {
  constexpr std::int64_t band = 8 * block_threads;
  constexpr std::int64_t most = 1024;
  return std::clamp<std::int64_t>((rows + band - 1) / band, 1, most);
}

}  // namespace

cudaError_t run(cudaStream_t stream, const GanLossTask& task, Scratch& scratch) {
  const GanLossTerm& term = task.term;
  const std::int64_t n = task.logits.rows;
  const std::int64_t blocks = blocks_of(n);
  const std::int64_t band = (n + blocks - 1) / blocks;
  GanLossPart* parts = blocks == 1 ? nullptr : scratch.take<GanLossPart>(blocks);
  const LossMeans means{n, term.loss, term.accuracy};
  cudaError_t status = cudaSuccess;
  with_float_type(task.gradient.type, [&](auto type) {
    using T = decltype(type);
    status = launch(stream, {dim3(static_cast<unsigned>(blocks)), dim3(block_threads)},
                    gan_loss_kernel<T>, task.logits, band, term.kind, term.side, term.target,
                    task.gradient.as<T>(), parts, means);
  });
  if (status != cudaSuccess || parts == nullptr) return status;
  return launch(stream, {dim3(1), dim3(block_threads)}, gan_loss_means_kernel, parts, blocks,
                means);
}

}  // namespace vgan::cuda
