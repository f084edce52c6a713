// Binary cross-entropy on a logit: the loss and its gradient from one evaluation.
#pragma once

#include <cmath>

#include "kernels/math/elementary.hpp"
#include "kernels/math/host_device.hpp"

namespace vgan::math {

struct LossAndGradient {
  float loss;      // nats
  float gradient;  // d loss / d logit
};

/// -t log p - (1 - t) log(1 - p) with p = sigmoid(logit), t = target in [0, 1]:
///   loss = softplus(logit) - t logit = max(logit, 0) - t logit + log(1 + e^-|logit|)
///   gradient = p - t
/// Both keep their relative precision where p and t nearly agree, so a confident discriminator
/// still passes a gradient back; with t = 0 or 1 it falls below float's range past |logit| = 104.
VGAN_HOST_DEVICE inline LossAndGradient bce_with_logits(float logit, float target) {
  const float e = exp(-std::fabs(logit));
  const bool positive = logit >= 0.0f;
  const float hinge = (positive ? logit : 0.0f) - target * logit;
  // p is 1 / (1 + e) or e / (1 + e); p - t over that common denominator does not cancel.
  const float complement = 1.0f - target;
  const float constant = positive ? complement : -target;
  const float factor = positive ? -target : complement;
  return {hinge + detail::log1p_unit(e), (constant + factor * e) / (1.0f + e)};
}

}  // namespace vgan::math
