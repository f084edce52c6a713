// Everything of a step that is not a matrix product: one function for each op, over the shared
// element math, on a thread team. Chunks are fixed, so results do not depend on the thread count.
#pragma once

#include <cstdint>

#include "kernels/cpu/adam_move.hpp"
#include "kernels/cpu/team/thread_team.hpp"
#include "kernels/math/activation.hpp"
#include "kernels/math/latent_mixture.hpp"
#include "kernels/math/pixel.hpp"
#include "kernels/ops/gan_loss.hpp"
#include "kernels/ops/gather.hpp"
#include "kernels/ops/random_stream.hpp"
#include "kernels/view.hpp"

namespace vgan::cpu {

/// dy *= activation'(y), in place; y and dy are [rows, cols] of any float type.
void activation_backward(ThreadTeam& team, ConstMatrixRef y, math::Activation activation,
                         float slope, MatrixRef dy);

void gan_loss(ThreadTeam& team, const GanLossTask& task);

/// One Adam step over a network's arena; `average` and `shadow` may be empty.
void adam(ThreadTeam& team, const AdamArena& arena, const AdamMove& move);

/// out = standard normal numbers of the stream.
void normal(ThreadTeam& team, const RandomStream& stream, MatrixRef out);
/// Rows of a mixture of Gaussians (math/latent_mixture.hpp): row i is row first / cols + i of the
/// stream.
void normal_mixture(ThreadTeam& team, const RandomStream& stream,
                    const math::LatentMixture& mixture, MatrixRef out);
/// out = in + sigma * normal. `in` and `out` may be the same.
void add_normal(ThreadTeam& team, const RandomStream& stream, ConstMatrixRef in, float sigma,
                MatrixRef out);
/// out_i = e_i real_i + (1 - e_i) fake_i, e_i in (0, 1] from word first + i of the stream.
void interpolate(ThreadTeam& team, const RandomStream& stream, ConstMatrixRef real,
                 ConstMatrixRef fake, MatrixRef out);
/// Uniform numbers in (-bound, bound].
void uniform(ThreadTeam& team, const RandomStream& stream, float bound, MatrixView<float> out);

void gather(ThreadTeam& team, const GatherTask& task);

void gradient_penalty(ThreadTeam& team, const GradientPenaltyTask& task);

/// out = in, converted between f32 and bf16, [rows, cols].
void convert(ThreadTeam& team, ConstMatrixRef in, MatrixRef out);
/// trials = map_output(y), f32 or u8 (rounded, see round_pixel), [rows, cols].
void map_trials(ThreadTeam& team, MatrixView<const float> y, const math::OutputMap& map,
                MatrixRef trials);
void fill(ThreadTeam& team, float value, MatrixRef out);

}  // namespace vgan::cpu
