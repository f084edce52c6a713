// Sums over the rows and positions of images, and the normalisations made of them. Chunks are fixed
// by the shape and added in order, in double, so results do not depend on the thread count.
#pragma once

#include "kernels/cpu/team/thread_team.hpp"
#include "kernels/math/activation.hpp"
#include "kernels/ops/conv_tasks.hpp"
#include "kernels/view.hpp"

namespace vgan::cpu {

/// sums[c] = sum over rows and positions of dy [n, positions * c], or added to what is there.
void channel_sums(ThreadTeam& team, ConstMatrixRef dy, bool accumulate, VectorView<float> sums);

/// By the batch's own statistics; those are kept and the running ones move. x has numbers.
void batch_norm(ThreadTeam& team, const BatchNormTask& task, math::Activation activation,
                float slope);
/// By the running statistics.
void batch_norm_inference(ThreadTeam& team, const BatchNormTask& task, math::Activation activation,
                          float slope);
void batch_norm_backward(ThreadTeam& team, const BatchNormBackwardTask& task);

}  // namespace vgan::cpu
