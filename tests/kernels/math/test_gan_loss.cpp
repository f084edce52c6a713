// The GAN losses: closed forms, slopes, extreme logits, who is right.
#include <cmath>
#include <limits>

#include "kernels/math/gan_loss.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/reference_loss.hpp"

namespace {

using namespace vgan::math;
namespace reference = vgan::testing::reference;

template <class Body>
void for_each_loss(Body body) {
  for (const GanLoss kind : reference::gan_losses) {
    for (const GanSide side : reference::gan_sides) {
      for (const float target : {1.0f, 0.9f, 0.5f}) {
        CAPTURE(static_cast<int>(kind), static_cast<int>(side), target);
        body(kind, side, target);
      }
    }
  }
}

}  // namespace

TEST_CASE("GAN losses match their closed forms over a wide grid", "[math][loss]") {
  for_each_loss([](GanLoss kind, GanSide side, float target) {
    double worst_loss = 0, worst_gradient = 0;
    for (int i = -30'000; i <= 30'000; ++i) {
      const float x = static_cast<float>(i) * 2e-3f;
      const LossAndGradient got = gan_loss(kind, side, x, target);
      const reference::Loss want = reference::gan_loss(kind, side, x, target);
      REQUIRE(std::isfinite(got.loss + got.gradient));
      worst_loss = std::fmax(
          worst_loss, std::fabs(got.loss - want.value) / std::fmax(std::fabs(want.value), 1e-6));
      worst_gradient = std::fmax(worst_gradient, std::fabs(got.gradient - want.gradient) /
                                                     std::fmax(std::fabs(want.gradient), 1.0));
    }
    CAPTURE(worst_loss, worst_gradient);
    // A few roundings of terms that do not cancel to far below the largest of them; a square near
    // its zero has twice the relative error of x - t, itself 2^-24 of t against 1e-3.
    CHECK(worst_loss <= (kind == GanLoss::lsgan ? 2e-4 : 1e-6));
    CHECK(worst_gradient <= 3e-7);
  });
}

TEST_CASE("a GAN loss's gradient is the central difference of the loss", "[math][loss]") {
  const float h = 0x1p-6f;
  for_each_loss([&](GanLoss kind, GanSide side, float target) {
    double worst = 0;
    for (int i = -1000; i <= 1000; ++i) {
      const float x = static_cast<float>(i) * 0x1p-7f + 0x1p-9f;
      // The hinge has no slope at its corner.
      if (kind == GanLoss::hinge && std::fabs(std::fabs(x) - 1.0f) < 2.0f * h) continue;
      const double rise = double{gan_loss(kind, side, x + h, target).loss} -
                          gan_loss(kind, side, x - h, target).loss;
      worst =
          std::fmax(worst, std::fabs(rise / (2.0 * h) - gan_loss(kind, side, x, target).gradient));
    }
    CAPTURE(worst);
    // h^2 / 6 times the third derivative, at most 1/8, plus the roundings of two losses, up to 8
    // (of a square: 32 or 50, each to half a unit in the last place, 2e-6), over 2 h.
    CHECK(worst <= (kind == GanLoss::lsgan ? 2e-4 : 4e-5));
  });
}

TEST_CASE("GAN losses are right and finite at extreme logits", "[math][loss]") {
  for_each_loss([](GanLoss kind, GanSide side, float target) {
    for (const float x :
         {-1e18f, -1e4f, -104.0f, -88.0f, -0.0f, 0.0f, 88.0f, 104.0f, 1e4f, 1e18f}) {
      CAPTURE(x);
      const LossAndGradient got = gan_loss(kind, side, x, target);
      const reference::Loss want = reference::gan_loss(kind, side, x, target);
      REQUIRE(std::isfinite(got.loss + got.gradient));
      CHECK(got.loss == Approx(want.value).epsilon(1e-6).margin(1e-30));
      CHECK(got.gradient == Approx(want.gradient).epsilon(1e-6).margin(1e-30));
    }
  });
}

TEST_CASE("what passes through a sure discriminator", "[math][loss]") {
  // D is sure of a fake: bce passes all, minimax and the article's next to nothing, but not zero.
  for (float x = -1.0f; x > -80.0f; x -= 0.37f) {
    const double small = std::exp(double{x});
    CHECK(gan_loss(GanLoss::bce, GanSide::fooled, x, 1.0f).gradient ==
          Approx(-1.0 / (1.0 + small)).epsilon(1e-6));
    CHECK(gan_loss(GanLoss::minimax, GanSide::fooled, x, 1.0f).gradient ==
          Approx(-small / (1.0 + small)).epsilon(1e-6));
    CHECK(gan_loss(GanLoss::article, GanSide::fooled, x, 1.0f).gradient ==
          Approx(-small / (1.0 + small) / (1.0 + small)).epsilon(1e-6));
    // And of a real one, where p rounds to 1.
    CHECK(gan_loss(GanLoss::article, GanSide::fooled, -x, 1.0f).gradient ==
          Approx(-small / (1.0 + small) / (1.0 + small)).epsilon(1e-6));
  }
  // The hinge is done with a trial that is past its margin.
  CHECK(gan_loss(GanLoss::hinge, GanSide::real, 1.0f, 1.0f).gradient == 0.0f);
  CHECK(gan_loss(GanLoss::hinge, GanSide::real, 1.001f, 1.0f).loss == 0.0f);
  CHECK(gan_loss(GanLoss::hinge, GanSide::fake, -1.0f, 1.0f).gradient == 0.0f);
  CHECK(gan_loss(GanLoss::hinge, GanSide::fooled, 5.0f, 1.0f).gradient == -1.0f);
}

TEST_CASE("the target is that of real trials alone, bce the plain function", "[math][loss]") {
  for (float x = -9.0f; x < 9.0f; x += 0.25f) {
    for (const GanLoss kind : reference::gan_losses) {
      for (const GanSide side : {GanSide::fake, GanSide::fooled}) {
        CHECK(gan_loss(kind, side, x, 0.9f).loss == gan_loss(kind, side, x, 1.0f).loss);
        CHECK(gan_loss(kind, side, x, 0.9f).gradient == gan_loss(kind, side, x, 1.0f).gradient);
      }
    }
    CHECK(gan_loss(GanLoss::bce, GanSide::real, x, 0.9f).loss == bce_with_logits(x, 0.9f).loss);
    CHECK(gan_loss(GanLoss::bce, GanSide::fake, x, 0.9f).loss == bce_with_logits(x, 0.0f).loss);
    CHECK(gan_loss(GanLoss::bce, GanSide::fooled, x, 0.9f).loss == bce_with_logits(x, 1.0f).loss);
  }
}

TEST_CASE("a logit says real past the border of its loss", "[math][loss]") {
  for (const GanLoss kind : reference::gan_losses) {
    const float border = kind == GanLoss::lsgan ? 0.5f : 0.0f;
    const float above = std::nextafter(border, 1.0f);
    CHECK_FALSE(says_real(kind, border));
    CHECK(says_real(kind, above));
    for (const GanSide side : {GanSide::real, GanSide::fooled}) {
      CHECK(is_right(kind, side, above));
      CHECK_FALSE(is_right(kind, side, border));
    }
    CHECK_FALSE(is_right(kind, GanSide::fake, above));
    CHECK(is_right(kind, GanSide::fake, border));
  }
}

TEST_CASE("a NaN logit shows in every GAN loss", "[math][loss]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for_each_loss([&](GanLoss kind, GanSide side, float target) {
    CHECK(std::isnan(gan_loss(kind, side, nan, target).loss));
  });
}
