// Sigmoid-BCE from the logit: values, gradients and accuracy in one launch.
#include "kernels/math/bce.hpp"

#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/pointwise.hpp"
#include "kernels/dispatch.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

// One block: the mean is over all rows, and a batch is a few hundred to some ten thousand logits.
template <class T>
__global__ void bce_with_logits_kernel(MatrixView<const float> logits, float target,
                                       MatrixView<T> gradient, float* mean_loss, float* accuracy,
                                       bool counts_as_real) {
  __shared__ double losses[32];
  __shared__ int rights[32];
  const float share = 1.0F / static_cast<float>(logits.rows);
  double loss = 0.0;
  int right = 0;
  for (std::int64_t i = threadIdx.x; i < logits.rows; i += blockDim.x) {
    const float logit = *logits.row(i);
    const math::LossAndGradient one = math::bce_with_logits(logit, target);
    loss += one.loss;
    right += (logit > 0.0F) == counts_as_real ? 1 : 0;
    *gradient.row(i) = math::from_float<T>(one.gradient * share);
  }
  const double total = block_sum(loss, losses);
  const int total_right = block_sum(right, rights);
  if (threadIdx.x != 0) return;
  *mean_loss = static_cast<float>(total / static_cast<double>(logits.rows));
  if (accuracy != nullptr) *accuracy = static_cast<float>(total_right) * share;
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t bce_with_logits(cudaStream_t stream, const BceRows& rows) {
  cudaError_t status = cudaSuccess;
  with_float_type(rows.gradient.type, [&](auto type) {
    using T = decltype(type);
    status = launch(stream, {dim3(1), dim3(block_threads)}, bce_with_logits_kernel<T>, rows.logits,
                    rows.target, rows.gradient.as<T>(), rows.mean_loss, rows.accuracy,
                    rows.counts_as_real);
  });
  return status;
}

}  // namespace vgan::cuda
