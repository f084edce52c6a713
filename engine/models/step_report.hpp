// What a training step reports.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace vgan {

/// A number that a model's step measures, under the name that metrics.jsonl has for it.
struct NamedValue {
  std::string_view name;
  float value = 0.0F;

  bool operator==(const NamedValue&) const = default;
};

/// What one step measured. Losses are means over the batch, in nats; accuracies are the shares of
/// real and of fake trials that D calls right, 0 to 1. Of a GAN: "d_loss" (the sum of the next
/// two), "d_loss_real", "d_loss_fake", "g_loss", "r1" (its penalty, 0 in a step without it), with
/// their settings "r2" and "gradient_penalty", "d_real_accuracy" and "d_fake_accuracy". Of a VAE
/// and an AE: "reconstruction" (negative log-likelihood of a trial), "squared_error" (mean of a
/// number, in the network's units), and of a VAE "kl" (of a trial, without its weight).
struct StepReport {
  std::uint64_t epoch = 0;         ///< counted from 1
  std::vector<NamedValue> values;  ///< in the order in which metrics.jsonl has them
  bool finite_gradients = true;    ///< no gradient of this step held NaN or Inf

  /// The value of this name, or nothing where the model has none.
  std::optional<float> find(std::string_view name) const;
  /// The value of this name. Throws Error internal where the model has none.
  float operator[](std::string_view name) const;

  bool operator==(const StepReport&) const = default;
};

}  // namespace vgan
