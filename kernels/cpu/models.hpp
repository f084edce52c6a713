// The operations of stabilisers, conditions and autoencoders (kernels/ops/model_tasks.hpp has the
// equations), on a thread team. Chunks are fixed and sums have one order, so results do not depend
// on the thread count.
#pragma once

#include "kernels/cpu/pointwise.hpp"
#include "kernels/cpu/team/thread_team.hpp"
#include "kernels/ops/model_tasks.hpp"

namespace vgan::cpu {

void spectral_norm(ThreadTeam& team, const SpectralTask& task);
void spectral_gradient(ThreadTeam& team, const SpectralGradientTask& task);

void minibatch_stddev(ThreadTeam& team, const MinibatchStddevTask& task);
void minibatch_stddev_backward(ThreadTeam& team, const MinibatchStddevBackwardTask& task);

/// Row i is row stream.first / 8 + i of math/augment.hpp.
void augment(ThreadTeam& team, const AugmentTask& task, const RandomStream& stream);

/// y[i, 0] += sum over j of a[i, j] * b[i, j].
void add_row_dots(ThreadTeam& team, ConstMatrixRef a, ConstMatrixRef b, MatrixView<float> y);
void scale_rows(ThreadTeam& team, const ScaleRowsTask& task);

/// Element (i, j) of the noise is number stream.first + i * latent + j, as in `normal`.
void reparameterise(ThreadTeam& team, const ReparameteriseTask& task, const RandomStream& stream);
void latent_loss(ThreadTeam& team, const LatentLossTask& task);
void reconstruction_loss(ThreadTeam& team, const ReconstructionTask& task);

}  // namespace vgan::cpu
