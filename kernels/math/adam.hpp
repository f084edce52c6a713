// Adam with bias correction, and the exponential moving average of weights.
//
// D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, arXiv:1412.6980,
// algorithm 1, with epsilon added after the bias-corrected square root; decoupled weight decay:
// I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019, arXiv:1711.05101.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// All that one step's updates share. Make it with `make_adam_step`.
struct AdamStep {
  float learning_rate;
  float beta1;
  float beta2;
  float epsilon;
  float bias1;               // 1 - beta1^t
  float inverse_sqrt_bias2;  // 1 / sqrt(1 - beta2^t): a product costs a tenth of a division
  float one_minus_beta1;     // rounded once from double: 1 - 0.9 is 0.1f, not 1.0f - 0.9f
  float one_minus_beta2;
  float step_size;       // learning_rate / bias1
  float keep;            // 1 - learning_rate * weight decay: what a step leaves of a weight
  float gradient_scale;  // what gradients are multiplied by before all else
};

/// `base` to a whole power by repeated squaring: the same bits on every platform.
VGAN_HOST_DEVICE inline double power(double base, std::uint64_t exponent) {
  double result = 1.0;
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1u) result *= base;
    base *= base;
  }
  return result;
}

/// The constants of step t from beta1^t and beta2^t, for whoever finds the two side by side.
VGAN_HOST_DEVICE inline AdamStep make_adam_step(double learning_rate, double beta1, double beta2,
                                                double epsilon, double beta1_power,
                                                double beta2_power) {
  const double bias1 = 1.0 - beta1_power;
  const double bias2 = 1.0 - beta2_power;
  AdamStep step;
  step.learning_rate = static_cast<float>(learning_rate);
  step.beta1 = static_cast<float>(beta1);
  step.beta2 = static_cast<float>(beta2);
  step.epsilon = static_cast<float>(epsilon);
  step.bias1 = static_cast<float>(bias1);
  step.inverse_sqrt_bias2 = static_cast<float>(1.0 / std::sqrt(bias2));
  step.one_minus_beta1 = static_cast<float>(1.0 - beta1);
  step.one_minus_beta2 = static_cast<float>(1.0 - beta2);
  step.step_size = static_cast<float>(learning_rate / bias1);
  step.keep = 1.0f;
  step.gradient_scale = 1.0f;
  return step;
}

/// The constants of step `t`, the first step being t = 1. Betas in [0, 1), epsilon > 0.
VGAN_HOST_DEVICE inline AdamStep make_adam_step(double learning_rate, double beta1, double beta2,
                                                double epsilon, std::uint64_t t) {
  return make_adam_step(learning_rate, beta1, beta2, epsilon, power(beta1, t), power(beta2, t));
}

/// One weight and its moments, moved by one gradient, in the order
///   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g g,
/// weight = keep weight - learning_rate / bias1 * m / (sqrt(v) * inverse_sqrt_bias2 + epsilon),
/// which is torch.optim.Adam's without amsgrad, with a weight decay torch.optim.AdamW's. (PyTorch
/// divides by sqrt_bias2, and lately writes the first as m + (1 - beta1) (g - m): both differ in
/// the last place only.)
VGAN_HOST_DEVICE inline void adam_update(float& weight, float& m, float& v, float gradient,
                                         const AdamStep& step) {
  gradient *= step.gradient_scale;
  m = step.beta1 * m + step.one_minus_beta1 * gradient;
  v = step.beta2 * v + step.one_minus_beta2 * gradient * gradient;
  const float denominator = std::sqrt(v) * step.inverse_sqrt_bias2 + step.epsilon;
  weight = step.keep * weight - step.step_size * m / denominator;
}

/// The average's decay at step `t` >= 1: `decay`, but no more than (1 + t) / (10 + t), so that the
/// average of a short run is not stuck at the initial weights (TensorFlow's
/// ExponentialMovingAverage with num_updates does the same).
VGAN_HOST_DEVICE inline float ema_decay(float decay, std::uint64_t t) {
  const double warm = (1.0 + static_cast<double>(t)) / (10.0 + static_cast<double>(t));
  return warm < static_cast<double>(decay) ? static_cast<float>(warm) : decay;
}

/// decay * average + (1 - decay) * value, in the form that leaves average == value unmoved.
VGAN_HOST_DEVICE inline float ema_update(float average, float value, float decay) {
  return average + (1.0f - decay) * (value - average);
}

}  // namespace vgan::math
