// What D and G minimise, as functions of D's logit.
#pragma once

#include <cstdint>

#include "kernels/math/bce.hpp"
#include "kernels/math/elementary.hpp"
#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// With logit l, p = sigmoid(l) and t the target of real trials; D minimises real + fake on real
/// trials and on fakes, G minimises fooled on fakes:
///
///                real              fake              fooled
///   bce          BCE(l, t)         BCE(l, 0)         BCE(l, 1)      non-saturating
///   minimax      BCE(l, t)         BCE(l, 0)         log(1 - p)
///   article      BCE(l, t)         BCE(l, 0)         -p
///   lsgan        (l - t)^2 / 2     l^2 / 2           (l - 1)^2 / 2
///   hinge        max(0, 1 - l)     max(0, 1 + l)     -l
///   wasserstein  -l                l                 -l
///
/// Goodfellow et al. 2014, arXiv:1406.2661 (bce, minimax); Mao et al. 2017, arXiv:1611.04076, with
/// a = 0, b = c = 1; Lim and Ye 2017, arXiv:1705.02894, and Miyato et al. 2018, arXiv:1802.05957;
/// Arjovsky et al. 2017, arXiv:1701.07875.
enum class GanLoss : std::uint8_t { bce, minimax, article, lsgan, hinge, wasserstein };

/// Who is judged, and by whom: D's loss on real trials, D's on fakes, G's on fakes.
enum class GanSide : std::uint8_t { real, fake, fooled };

/// Whether D takes a trial of this logit for a real one: past the middle between the two targets.
VGAN_HOST_DEVICE inline bool says_real(GanLoss kind, float logit) {
  return logit > (kind == GanLoss::lsgan ? 0.5f : 0.0f);
}

/// Whether that is what the side asks for: fakes are to be called fake by D, real for G.
VGAN_HOST_DEVICE inline bool is_right(GanLoss kind, GanSide side, float logit) {
  return says_real(kind, logit) == (side != GanSide::fake);
}

namespace detail {

VGAN_HOST_DEVICE inline LossAndGradient half_square(float difference) {
  return {0.5f * difference * difference, difference};
}

/// max(0, 1 + direction * logit); NaN stays.
VGAN_HOST_DEVICE inline LossAndGradient hinge(float logit, float direction) {
  const float margin = 1.0f + direction * logit;
  const bool met = margin <= 0.0f;
  return {met ? 0.0f : margin, met ? 0.0f : direction};
}

}  // namespace detail

/// One logit's loss and its derivative. `real_target` is t.
VGAN_HOST_DEVICE inline LossAndGradient gan_loss(GanLoss kind, GanSide side, float logit,
                                                 float real_target) {
  const bool fooled = side == GanSide::fooled;
  const float target = side == GanSide::real ? real_target : side == GanSide::fake ? 0.0f : 1.0f;
  const float direction = side == GanSide::fake ? 1.0f : -1.0f;
  switch (kind) {
    case GanLoss::minimax:
      if (fooled) return {-softplus(logit), -sigmoid(logit)};
      break;
    case GanLoss::article:
      if (fooled) return {-sigmoid(logit), -sigmoid(logit) * sigmoid(-logit)};
      break;
    case GanLoss::lsgan: return detail::half_square(logit - target);
    case GanLoss::hinge:
      if (!fooled) return detail::hinge(logit, direction);
      return {-logit, -1.0f};
    case GanLoss::wasserstein: return {direction * logit, direction};
    case GanLoss::bce: break;
  }
  return bce_with_logits(logit, target);
}

}  // namespace vgan::math
