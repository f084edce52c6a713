// The presets, and what of one gives way to settings that were given.
#include <algorithm>
#include <type_traits>

#include "engine/error.hpp"
#include "engine/train/config.hpp"

namespace vgan {

TrainConfig preset(const std::string& name) {
  TrainConfig config;
  config.preset = name;
  if (name == "article") {
    config.output = "linear";
    return config;
  }
  if (name == "vae" || name == "ae") {
    config.model = name;
    config.latent = name == "vae" ? 20 : 16;
    config.output = "sigmoid";
    config.lr = 1e-3;
    config.beta1 = 0.9;
    config.ema = 0.999;
    return config;
  }
  config.lr = 4e-4;
  config.ttur = 4.0;
  config.r1 = 1.0;
  config.r1_every = 4;
  config.ema = 0.999;
  if (name == "default") return config;
  if (name == "stable") {
    config.epochs = 50000;
    return config;
  }
  if (name == "conv") {
    config.net = "conv";
    config.g_layers = {64, 32};
    config.d_net = "conv:32,conv:64,dense:256";
    config.lr = 5e-4;
    config.ttur = 1.0;
    return config;
  }
  std::vector<std::string> names;
  std::string allowed;
  for (const auto& [known, about] : preset_list()) {
    names.push_back(known);
    allowed += (allowed.empty() ? "" : ", ") + known;
  }
  throw Error(ErrorCode::bad_config,
              {"bad setting", "preset", "'" + name + "'", allowed, suggestion(name, names)});
}

std::vector<std::pair<std::string, std::string>> preset_list() {
  return {{"default", "the article's nets made to work: R1, averaged G, fast D"},
          {"article", "the article's recipe as listed: linear output, plain BCE"},
          {"stable", "default for five times as long: 50,000 epochs"},
          {"conv", "convolutional G and D, for images"},
          {"vae", "variational autoencoder"},
          {"ae", "autoencoder; samples from Gaussians fitted to its codes"}};
}

std::string preset_for(const std::string& model) {
  return model == "vae" || model == "ae" ? model : "default";
}

void drop_overruled(TrainConfig& config, const Given& given) {
  const TrainConfig base = preset(config.preset);
  const bool other_net = given("net") && config.net != base.net;
  const auto list = [&](const char* name, std::string& layers, const char* widths) {
    if (!given(name) && (other_net || given(widths))) layers.clear();
  };
  list("g-net", config.g_net, "g-layers");
  list("d-net", config.d_net, "d-layers");
  if (other_net && !given("g-layers")) config.g_layers.clear();
  if (other_net && !given("d-layers")) config.d_layers.clear();
  if (config.loss == "wgan-gp" && !given("r1")) config.r1 = 0.0;
}

namespace {

// Settings that a run does not use, with what would.
struct Unused {
  std::string setting, user;
};

std::vector<Unused> unused_settings(const TrainConfig& c) {
  std::vector<Unused> unused;
  const auto add = [&](const std::string& user, std::initializer_list<const char*> settings) {
    for (const char* setting : settings) unused.push_back({setting, user});
  };
  if (!c.is_gan()) {
    add("model gan",
        {"loss", "n-critic", "gp", "r1", "r1-every", "label-smoothing", "instance-noise",
         "instance-noise-decay", "augment", "spectral-norm", "minibatch-stddev", "pack"});
  }
  if (c.is_gan()) add("model vae or ae", {"likelihood"});
  if (c.model != "vae") add("model vae", {"beta", "kl-warmup"});
  if (c.model != "ae") add("model ae", {"latent-mixture"});
  if (c.loss != "wgan-gp") add("loss wgan-gp", {"gp"});
  if (c.instance_noise == 0.0) add("an instance-noise", {"instance-noise-decay"});
  if (c.lr_schedule == "constant") add("lr-schedule linear or cosine", {"lr-end"});
  if (c.net == "mlp" && c.g_net.empty() && c.d_net.empty()) {
    add("net conv or conv1d, or listed layers", {"kernel"});
  }
  return unused;
}

}  // namespace

void require_used(const TrainConfig& config) {
  TrainConfig base = preset(config.preset);
  std::vector<std::string> changed;
  std::vector<const void*> fields;
  visit_settings(base, [&](const SettingInfo&, const auto& field) { fields.push_back(&field); });
  std::size_t index = 0;
  visit_settings(config, [&](const SettingInfo& info, const auto& field) {
    const auto& was = *static_cast<std::decay_t<decltype(field)> const*>(fields[index++]);
    if (!(field == was)) changed.emplace_back(info.name);
  });
  for (const Unused& unused : unused_settings(config)) {
    if (std::find(changed.begin(), changed.end(), unused.setting) == changed.end()) continue;
    throw Error(ErrorCode::bad_config,
                {"bad setting", unused.setting, "a value, though nothing in this run uses it",
                 "only with " + unused.user, "leave it out"});
  }
}

}  // namespace vgan
