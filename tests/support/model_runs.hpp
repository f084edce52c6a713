// Runs of every model and stabiliser, small enough to repeat on every device.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/settings/config.hpp"
#include "tests/support/small_run.hpp"

namespace vgan::testing {

inline std::int64_t slope_level(std::int64_t trial) { return 40 + (trial * 37) % 90; }

/// `count` trials of `height` x `width` x `channels` with labels 0 to 2: a slope whose sign and
/// height vary.
inline Trials slopes(std::int64_t height, std::int64_t width, std::int64_t channels = 1,
                     std::int64_t count = 40) {
  Trials trials;
  trials.count = count;
  trials.shape = {height, width, channels};
  trials.source = "slopes";
  std::vector<std::uint8_t> pixels;
  const std::int64_t size = height * width * channels;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t level = slope_level(i);
    for (std::int64_t at = 0; at < size; ++at) {
      const std::int64_t along = i % 2 == 0 ? at : size - at;
      pixels.push_back(static_cast<std::uint8_t>(level + along * 120 / size));
    }
    trials.labels.push_back(static_cast<std::int32_t>(i % 3));
  }
  trials.values = std::move(pixels);
  return trials;
}

/// `slopes` with two conditions each: the sign and the height.
inline Trials slopes_with_vectors(std::int64_t height, std::int64_t width,
                                  std::int64_t channels = 1, std::int64_t count = 40) {
  Trials trials = slopes(height, width, channels, count);
  trials.condition_size = 2;
  for (std::int64_t i = 0; i < count; ++i) {
    trials.conditions.push_back(static_cast<float>(i % 2));
    trials.conditions.push_back(static_cast<float>(slope_level(i)) / 100.0F);
  }
  return trials;
}

/// A small run without stabilisers, from which the others are made.
inline TrainConfig plain_config() {
  TrainConfig config = small_config();
  config.epochs = 11;
  config.batch = 8;
  config.latent = 5;
  config.g_layers = {12};
  config.d_layers = {13, 9};
  config.r1 = 0.0;
  config.r1_every = 1;
  config.ema = 0.0;
  return config;
}

/// A dense GAN with every stabiliser that goes together.
inline TrainConfig stabilised_config() {
  TrainConfig config = plain_config();
  config.loss = vgan::LossKind::hinge;
  config.conditional = true;
  config.spectral_norm = true;
  config.minibatch_stddev = 2;
  config.pack = 2;
  config.r1 = 1.0;
  config.r2 = 0.5;
  config.r1_every = 3;
  config.instance_noise = 0.2;
  config.instance_noise_decay = 0.64;  // 7 of 11 epochs
  config.instance_noise_end = 0.05;
  config.augment = "color,translation,cutout";
  config.lr_schedule = vgan::ScheduleKind::cosine;
  config.warmup = 4;
  config.ema = 0.9;
  config.norm = vgan::NormKind::batch;
  config.latent_mixture = 3;
  return config;
}

inline TrainConfig wgan_config(std::int64_t critics) {
  TrainConfig config = plain_config();
  config.loss = vgan::LossKind::wgan_gp;
  config.n_critic = critics;
  config.instance_noise = 0.1;
  config.augment = "translation";
  config.conditional = true;
  return config;
}

/// Convolutions on images of 8 x 8, with a projection of the classes.
inline TrainConfig conv_config() {
  TrainConfig config = plain_config();
  config.net = vgan::NetKind::conv;
  config.g_layers = {6, 4};
  config.d_layers = {4, 6};
  config.conditional = true;
  config.r1 = 1.0;
  config.r1_every = 2;
  config.ema = 0.9;
  return config;
}

/// Convolutions on curves of 13 points.
inline TrainConfig curve_config() {
  TrainConfig config = plain_config();
  config.net = vgan::NetKind::conv1d;
  config.g_layers = {6, 4};
  config.d_layers = {4, 6};
  config.loss = vgan::LossKind::lsgan;
  config.lr_schedule = vgan::ScheduleKind::linear;
  config.ema = 0.9;
  return config;
}

inline TrainConfig autoencoder_config(const std::string& model) {
  TrainConfig config = plain_config();
  config.model = vgan::read_word<vgan::ModelKind>(model);
  config.kl_warmup = model == "vae" ? 6 : 0;
  config.beta = model == "vae" ? 2.0 : 1.0;
  config.ema = 0.9;
  return config;
}

struct ModelRun {
  std::string name;
  TrainConfig config;
  Trials trials;
};

inline std::vector<ModelRun> model_runs() {
  TrainConfig ae = autoencoder_config("ae");
  ae.model = vgan::ModelKind::ae;
  ae.likelihood = vgan::LikelihoodKind::gaussian;
  return {{"every stabiliser", stabilised_config(), slopes(4, 4)},
          {"WGAN-GP, 3 critics", wgan_config(3), slopes(4, 4)},
          {"VAE with a KL warm-up", autoencoder_config("vae"), slopes(4, 4)},
          {"autoencoder", ae, slopes(4, 4)},
          {"conv with a projection and R1", conv_config(), slopes(8, 8)},
          {"conv on odd sides", conv_config(), slopes(7, 5, 3)},
          {"curves of odd length", curve_config(), slopes(1, 13)},
          {"curves of five channels", curve_config(), slopes(1, 11, 5)}};
}

}  // namespace vgan::testing
