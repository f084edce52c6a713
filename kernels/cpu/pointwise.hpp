// Everything of a step that is not a matrix product: one function for each op, over the shared
// element math, on a thread team. Chunks are fixed, so results do not depend on the thread count.
#pragma once

#include <cstdint>

#include "kernels/cpu/adam_move.hpp"
#include "kernels/cpu/team/thread_team.hpp"
#include "kernels/math/activation.hpp"
#include "kernels/math/gan_loss.hpp"
#include "kernels/math/gradient_penalty.hpp"
#include "kernels/math/latent_mixture.hpp"
#include "kernels/math/philox.hpp"
#include "kernels/math/pixel.hpp"
#include "kernels/ops/step_state.hpp"
#include "kernels/view.hpp"

namespace vgan::cpu {

/// dy *= activation'(y), in place; y and dy are [rows, cols] of any float type.
void activation_backward(ThreadTeam& team, ConstMatrixRef y, math::Activation activation,
                         float slope, MatrixRef dy);

/// The loss of one side, by kernels/math/gan_loss.hpp.
struct GanLossRows {
  MatrixView<const float> logits;  ///< [n, 1]
  math::GanLoss kind = math::GanLoss::bce;
  math::GanSide side = math::GanSide::real;
  float target = 1.0F;  ///< of real trials
  MatrixRef gradient;   ///< [n, 1]: d(mean loss)/d(logit), f32 or bf16
  float* mean_loss = nullptr;
  float* accuracy = nullptr;  ///< share of right rows; may be null
};
void gan_loss(ThreadTeam& team, const GanLossRows& rows);

/// One Adam step over a network's arena; `average` and `shadow` may be empty.
void adam(ThreadTeam& team, const AdamArena& arena, const AdamMove& move);

/// Standard normal numbers of the stream (seed, subsequence): element (i, j) of `out` is number
/// first + i * cols + j.
struct NormalStream {
  std::uint64_t seed = 0;
  std::uint64_t subsequence = 0;
  std::uint64_t first = 0;
};
void normal(ThreadTeam& team, const NormalStream& stream, MatrixRef out);
/// Rows of a mixture of Gaussians (math/latent_mixture.hpp): row i is row first / cols + i of the
/// stream.
void normal_mixture(ThreadTeam& team, const NormalStream& stream,
                    const math::LatentMixture& mixture, MatrixRef out);
/// out = in + sigma * normal. `in` and `out` may be the same.
void add_normal(ThreadTeam& team, const NormalStream& stream, ConstMatrixRef in, float sigma,
                MatrixRef out);
/// out_i = e_i real_i + (1 - e_i) fake_i, e_i in (0, 1] from word first + i of the stream.
void interpolate(ThreadTeam& team, const NormalStream& stream, ConstMatrixRef real,
                 ConstMatrixRef fake, MatrixRef out);
/// Uniform numbers in (-bound, bound].
void uniform(ThreadTeam& team, const NormalStream& stream, float bound, MatrixView<float> out);

/// Row i of `out` is trial permutation_pass(p)(position mod count), position = step * rows + i,
/// pass p = position / count: every trial once a pass, without an index array.
struct GatherRows {
  ConstMatrixRef trials;  ///< [count, cols], u8 or f32
  float scale = 1.0F;     ///< out = trial * scale + offset
  float offset = 0.0F;
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
};
void gather(ThreadTeam& team, const GatherRows& rows, MatrixRef out);

/// *value = weight * sum over rows of the penalty (math::gradient_penalty), then each row times
/// scale * its factor, in place. Fixed order.
struct PenaltyRows {
  MatrixView<float> x;
  math::GradientPenalty kind = math::GradientPenalty::squared;
  float weight = 1.0F;
  float scale = 1.0F;
  float* value = nullptr;
};
void gradient_penalty(ThreadTeam& team, const PenaltyRows& rows);

/// out = in, converted between f32 and bf16, [rows, cols].
void convert(ThreadTeam& team, ConstMatrixRef in, MatrixRef out);
/// trials = map_output(y), f32 or u8 (rounded, see round_pixel), [rows, cols].
void map_trials(ThreadTeam& team, MatrixView<const float> y, const math::OutputMap& map,
                MatrixRef trials);
void fill(ThreadTeam& team, float value, MatrixRef out);

/// Ends a step: files the report, counts the step, and sets what has a schedule for the next.
void advance(StepState& state);

}  // namespace vgan::cpu
