// What the losses of a GAN are asked to do.
#pragma once

#include "kernels/math/gan_loss.hpp"
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
  static constexpr const char* name = "gan_loss";

  MatrixView<const float> logits;  ///< [n, 1]
  MatrixRef gradient;              ///< [n, 1]: d(mean loss)/d(logit), f32 or bf16
  GanLossTerm term;
};

}  // namespace vgan
