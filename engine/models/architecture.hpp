// From settings and the shape of a trial to networks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/trial_shape.hpp"
#include "engine/nn/layer.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// The slope of leaky ReLU below zero in all networks, which is the article's.
inline constexpr float leaky_slope = 0.2F;

/// The activation that a config's `output` names; "auto" that nothing has resolved is that of
/// images.
Activation output_activation(OutputKind output);

/// What convolutions of `config.net` take a trial for: with conv1d, a curve whose length is the
/// height, unless that is 1, and the rest channels.
TrialShape image_shape(const TrainConfig& config, const TrialShape& trial);

/// Throws bad_config for convolutions of images where trials are rows of numbers.
void require_pictures(const TrainConfig& config, const TrialShape& trial);

/// `config` with the net's own layers where none are named, and other "auto"s that depend on
/// settings alone.
TrainConfig with_layers(TrainConfig config, const TrialShape& trial);

/// G, or the decoder of an autoencoder: latent + conditions to a trial, of any sides. Throws
/// bad_config where listed layers end at another image, naming those that fit.
std::vector<nn::LayerSpec> generator_layers(const TrainConfig& config, const TrialShape& trial,
                                            std::int64_t conditions = 0);
/// Makes the layers of `generator_layers` end in the logits and numbers that heads are made of
/// (kernels/math/heads.hpp), for rows of a table: the last layer has no activation, and that of a
/// decoder keeps the variances of its numbers.
void end_in_heads(std::vector<nn::LayerSpec>& generator, const TrainConfig& config);
/// D: `pack` trials to a logit. Conditions come by a projection where D has convolutions, else
/// behind each trial. A minibatch statistic goes to the last hidden layer, which is made a dense
/// one of 128 where it is not dense.
std::vector<nn::LayerSpec> discriminator_layers(const TrainConfig& config, const TrialShape& trial,
                                                std::int64_t conditions = 0);
/// D's trunk as an encoder: a trial to a code, or to mean | log variance of a VAE's.
std::vector<nn::LayerSpec> encoder_layers(const TrainConfig& config, const TrialShape& trial);

}  // namespace vgan
