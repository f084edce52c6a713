#include "kernels/math/latent.hpp"

#include <vector>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/sums.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/cpu/team/pieces.hpp"

namespace vgan::cpu {
namespace {

void sample_piece(const float* mean, const float* log_variance, const float* noise,
                  std::int64_t count, float* __restrict z) {
  for (std::int64_t i = 0; i < count; ++i) {
    z[i] = math::reparameterise(mean[i], log_variance[i], noise[i]);
  }
}

struct LatentPiece {
  const float *mean, *log_variance, *noise, *dz;
};

void latent_piece(const LatentPiece& in, std::int64_t count, float weight, float* __restrict kl,
                  float* __restrict dmean, float* __restrict dlog_variance) {
  for (std::int64_t i = 0; i < count; ++i) {
    const math::LatentTerms terms =
        math::latent_terms(in.mean[i], in.log_variance[i], in.noise[i], in.dz[i], weight);
    kl[i] = terms.kl;
    dmean[i] = terms.dmean;
    dlog_variance[i] = terms.dlog_variance;
  }
}

// Writes a row of dstatistics; returns the row's KL.
double latent_row(const LatentLossTask& task, std::int64_t row, float weight) {
  const std::int64_t latent = task.noise.cols;
  double sum_of_row = 0.0;
  for_each_piece(latent, [&](std::int64_t first, std::int64_t count) {
    PieceBuffer mean, log_variance, dz, kl, dmean, dlog_variance;
    const LatentPiece in{load_piece(task.statistics, row, first, count, mean),
                         load_piece(task.statistics, row, latent + first, count, log_variance),
                         task.noise.as<float>().row(row) + first,
                         load_piece(task.dz, row, first, count, dz)};
    VGAN_WIDEST(latent_piece)(in, count, weight, kl, dmean, dlog_variance);
    store_piece(dmean, row, first, count, task.dstatistics);
    store_piece(dlog_variance, row, latent + first, count, task.dstatistics);
    sum_of_row += sum(kl, count);
  });
  return sum_of_row;
}

}  // namespace

void run(ThreadTeam& team, const ReparameteriseTask& task) {
  run(team, NormalTask{task.stream, task.noise});
  const std::int64_t latent = task.noise.cols;
  for_each_row(team, task.noise.rows, latent, [&](std::int64_t row) {
    for_each_piece(latent, [&](std::int64_t first, std::int64_t count) {
      PieceBuffer mean, log_variance, z;
      VGAN_WIDEST(sample_piece)
      (load_piece(task.statistics, row, first, count, mean),
       load_piece(task.statistics, row, latent + first, count, log_variance),
       task.noise.as<float>().row(row) + first, count, z);
      store_piece(z, row, first, count, task.z);
    });
  });
}

void run(ThreadTeam& team, const LatentLossTask& task) {
  const std::int64_t rows = task.noise.rows;
  const float ramp = task.ramp == nullptr ? 1.0F : *task.ramp;
  const float weight = task.beta * ramp / static_cast<float>(rows);
  std::vector<double> kl(static_cast<std::size_t>(rows));
  for_each_row(team, rows, task.noise.cols, [&](std::int64_t row) {
    kl[static_cast<std::size_t>(row)] = latent_row(task, row, weight);
  });
  if (task.kl == nullptr) return;
  double total = 0.0;
  for (const double of_row : kl) total += of_row;
  *task.kl = static_cast<float>(total / static_cast<double>(rows));
}

}  // namespace vgan::cpu
