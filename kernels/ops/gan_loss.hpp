// What the losses of a GAN and the penalties of its discriminator are asked to do.
#pragma once

#include "kernels/math/gan_loss.hpp"
#include "kernels/math/gradient_penalty.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// The loss of one side, by kernels/math/gan_loss.hpp, and where its means go.
struct GanLossTerm {
  math::GanLoss kind = math::GanLoss::bce;
  math::GanSide side = math::GanSide::real;
  float target = 1.0F;        ///< of real trials, where the loss has one
  float* loss = nullptr;      ///< mean over the rows, in device memory
  float* accuracy = nullptr;  ///< share of right calls (math::is_right); may be null
};

/// Value and gradient of a term over the rows of `logits`.
struct GanLossTask {
  MatrixView<const float> logits;  ///< [n, 1]
  MatrixRef gradient;              ///< [n, 1]: d(mean loss)/d(logit), f32 or bf16
  GanLossTerm term;
};

/// A penalty on the lengths of the rows x_i of x, and its gradient in place of x:
///   squared      *value = weight * sum |x_i|^2,        x_i *= scale
///   one_centred  *value = weight * sum (|x_i| - 1)^2,  x_i *= scale * (|x_i| - 1) / |x_i|,
///                a row of length 0 stays 0
/// Sums have a fixed order.
struct GradientPenaltyTask {
  MatrixView<float> x;
  math::GradientPenalty kind = math::GradientPenalty::squared;
  float weight = 1.0F;
  float scale = 1.0F;
  float* value = nullptr;  ///< in device memory
};

}  // namespace vgan
