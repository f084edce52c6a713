// The presets.

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

TrainConfig preset(const std::string& name) {
  TrainConfig config;
  config.preset = name;
  if (name == "article") {
    config.output = OutputKind::linear;
    return config;
  }
  if (name == "vae" || name == "ae") {
    config.model = name == "vae" ? ModelKind::vae : ModelKind::ae;
    config.latent = name == "vae" ? 20 : 16;
    config.output = OutputKind::sigmoid;
    config.lr = 1e-3;
    config.beta1 = 0.9;
    config.ema = 0.999;
    if (name == "ae") config.latent_mixture = 0;
    return config;
  }
  if (name == "masked") {
    config.model = ModelKind::masked;
    config.epochs = 0;
    config.batch = 256;
    config.dropout = 0.2;
    config.lr = 2e-3;
    config.beta1 = 0.9;
    config.beta2 = 0.99;
    config.weight_decay = 0.01;
    config.clip = 1.0;
    config.warmup = 100;
    config.lr_schedule = ScheduleKind::cosine;
    config.lr_end = 0.02;
    config.ema = 0.995;
    return config;
  }
  config.lr = 4e-4;
  config.ttur = 4.0;
  config.r1 = 1.0;
  config.r1_every = 4;
  config.r1_scaled = true;
  config.ema = 0.999;
  if (name == "default") {
    config.clusters = 50;
    return config;
  }
  if (name == "stable") {
    config.epochs = 50000;
    config.output = OutputKind::automatic;
    config.latent_mixture = 0;
    config.r1 = 0.3;
    config.r2 = 1.0;
    config.instance_noise = 0.5;
    config.instance_noise_decay = 0.7;
    config.instance_noise_end = 0.01;
    config.lr_schedule = ScheduleKind::linear;
    config.lr_end = 0.1;
    return config;
  }
  if (name == "conv") {
    config.net = NetKind::conv;
    config.g_layers = {128, 64};
    config.d_net = "conv:32,conv:64,dense:256";
    config.lr = 2e-3;
    config.ttur = 1.0;
    config.beta2 = 0.99;
    config.lr_schedule = ScheduleKind::linear;
    config.lr_end = 0.05;
    config.r1 = 4.0;
    config.clusters = 50;
    return config;
  }
  const std::vector<std::string> names = preset_names();
  refuse_setting("preset", "'" + name + "'", joined(names), suggestion(name, names));
}

std::vector<std::pair<std::string, std::string>> preset_list() {
  return {{"default", "the article's nets made to work: R1, averaged G, fast D; clusters"},
          {"article", "the article's recipe as listed: linear output, plain BCE"},
          {"stable", "50,000 epochs: R1, R2, fading noise, falling rates; points: a mixture"},
          {"conv", "convolutional G and D, for images; clusters, falling rates"},
          {"vae", "variational autoencoder"},
          {"ae", "autoencoder; samples from Gaussians fitted to its codes"},
          {"masked", "of a table: each column from any others, drawn one by one"}};
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const auto& [name, about] : preset_list()) names.push_back(name);
  return names;
}

std::string preset_for(ModelKind model) {
  return model == ModelKind::gan ? "default" : to_text(model);
}

}  // namespace vgan
