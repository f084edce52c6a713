// The GAN losses in double, written from their equations.
#pragma once

#include <array>
#include <cmath>

#include "kernels/math/gan_loss.hpp"

namespace vgan::testing::reference {

struct Loss {
  double value, gradient;
};

inline constexpr std::array gan_losses{math::GanLoss::bce,     math::GanLoss::minimax,
                                       math::GanLoss::article, math::GanLoss::lsgan,
                                       math::GanLoss::hinge,   math::GanLoss::wasserstein};
inline constexpr std::array gan_sides{math::GanSide::real, math::GanSide::fake,
                                      math::GanSide::fooled};

inline Loss bce(double l, double t) {
  const double p = 1.0 / (1.0 + std::exp(-l));
  const double q = 1.0 / (1.0 + std::exp(l));
  // -t log p - (1 - t) log q; p - t = (1 - t) p - t q does not cancel at t = 0 and 1.
  const double softplus = std::fmax(l, 0.0) + std::log1p(std::exp(-std::fabs(l)));
  return {t == 1.0 ? softplus - l : softplus - t * l, (1.0 - t) * p - t * q};
}

inline Loss gan_loss(math::GanLoss kind, math::GanSide side, double l, double real_target) {
  using math::GanLoss;
  using math::GanSide;
  const bool real = side == GanSide::real, fake = side == GanSide::fake;
  const double target = real ? real_target : fake ? 0.0 : 1.0;
  switch (kind) {
    case GanLoss::bce: return bce(l, target);
    case GanLoss::minimax:
      if (real || fake) return bce(l, target);
      return {-bce(l, 0.0).value, -bce(l, 0.0).gradient};
    case GanLoss::article: {
      if (real || fake) return bce(l, target);
      const double p = 1.0 / (1.0 + std::exp(-l)), q = 1.0 / (1.0 + std::exp(l));
      return {-p, -p * q};
    }
    case GanLoss::lsgan: return {0.5 * (l - target) * (l - target), l - target};
    case GanLoss::hinge:
      if (real) return {std::fmax(0.0, 1.0 - l), l < 1.0 ? -1.0 : 0.0};
      if (fake) return {std::fmax(0.0, 1.0 + l), l > -1.0 ? 1.0 : 0.0};
      return {-l, -1.0};
    case GanLoss::wasserstein: break;
  }
  return fake ? Loss{l, 1.0} : Loss{-l, -1.0};
}

inline bool is_right(math::GanLoss kind, math::GanSide side, double l) {
  const double border = kind == math::GanLoss::lsgan ? 0.5 : 0.0;
  return side == math::GanSide::fake ? l <= border : l > border;
}

}  // namespace vgan::testing::reference
