// A variational autoencoder's latent: samples of the posterior, its KL, the gradient of both.
#include "kernels/math/latent.hpp"

#include "kernels/cuda/any_rows.hpp"
#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/cuda/part_sums.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

__global__ void __launch_bounds__(block_threads)
    reparameterise_kernel(std::int64_t rows, std::int64_t latent, InRows statistics, InRows noise,
                          OutRows z) {
  for_each_element(rows, latent, [&](std::int64_t i, std::int64_t j) {
    z.store(i, j,
            math::reparameterise(statistics.load(i, j), statistics.load(i, latent + j),
                                 noise.load(i, j)));
  });
}

struct LatentRows {
  std::int64_t rows, latent;
  InRows statistics, noise, dz;
  OutRows dstatistics;
};

// Block b has the numbers [b band, (b + 1) band) of the latents, row by row; kl_parts[b] is their
// KL.
__global__ void __launch_bounds__(block_threads)
    latent_loss_kernel(LatentRows task, std::int64_t band, float beta, const float* ramp,
                       double* kl_parts) {
  __shared__ BlockSumMemory<double> parts;
  const float share = ramp == nullptr ? 1.0F : *ramp;
  const float weight = beta * share / static_cast<float>(task.rows);
  const std::int64_t first = blockIdx.x * band;
  const std::int64_t end = min(first + band, task.rows * task.latent);
  double kl = 0.0;
  for (std::int64_t at = first + threadIdx.x; at < end; at += blockDim.x) {
    const std::int64_t i = at / task.latent;
    const std::int64_t j = at % task.latent;
    const math::LatentTerms terms =
        math::latent_terms(task.statistics.load(i, j), task.statistics.load(i, task.latent + j),
                           task.noise.load(i, j), task.dz.load(i, j), weight);
    kl += terms.kl;
    task.dstatistics.store(i, j, terms.dmean);
    task.dstatistics.store(i, task.latent + j, terms.dlog_variance);
  }
  const double total = block_sum(kl, parts);
  if (threadIdx.x == 0) kl_parts[blockIdx.x] = total;
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const ReparameteriseTask& task, Scratch& scratch) {
  const cudaError_t status = run(stream, NormalTask{task.stream, task.noise}, scratch);
  if (status != cudaSuccess) return status;
  const MatrixRef z = task.z;
  return launch(stream, shape_for(z.rows, z.cols), reparameterise_kernel, z.rows, z.cols,
                InRows(task.statistics), InRows(task.noise), OutRows(z));
}

cudaError_t run(cudaStream_t stream, const LatentLossTask& task, Scratch& scratch) {
  const LatentRows rows{task.dz.rows,       task.dz.cols,    InRows(task.statistics),
                        InRows(task.noise), InRows(task.dz), OutRows(task.dstatistics)};
  const PartSizes sizes = part_sizes(task.dz.size());
  double* const parts = scratch.take<double>(sizes.parts);
  const cudaError_t status =
      launch(stream, {dim3(static_cast<unsigned>(sizes.parts)), dim3(block_threads)},
             latent_loss_kernel, rows, sizes.band, task.beta, task.ramp, parts);
  if (status != cudaSuccess) return status;
  return add_parts(stream, sizes.parts, {parts, static_cast<double>(task.dz.rows), task.kl});
}

}  // namespace vgan::cuda
