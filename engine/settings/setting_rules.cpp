// What settings mean to one another: on resume, under a preset, and to a run that lacks their use.
#include <algorithm>
#include <set>
#include <type_traits>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/settings/config.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan {
namespace {

template <class Field>
std::string as_text(const Field& field) {
  if constexpr (std::is_same_v<Field, std::string>) {
    return field;
  } else if constexpr (std::is_same_v<Field, bool>) {
    return field ? "true" : "false";
  } else if constexpr (std::is_same_v<Field, std::vector<std::int64_t>>) {
    std::string list;
    for (const std::int64_t width : field)
      list += (list.empty() ? "" : ",") + std::to_string(width);
    return list;
  } else if constexpr (std::is_same_v<Field, double>) {
    return setting_text(field);
  } else if constexpr (WordSetting<Field>) {
    return to_text(field);
  } else if constexpr (std::is_same_v<Field, std::optional<double>>) {
    return field ? setting_text(*field) : "auto";
  } else if constexpr (std::is_same_v<Field, std::optional<std::uint64_t>>) {
    return field ? std::to_string(*field) : "auto";
  } else {
    return std::to_string(field);
  }
}

struct Difference {
  SettingInfo setting;
  std::string left, right;  ///< as text
};

std::vector<Difference> differences(const TrainConfig& left, const TrainConfig& right) {
  std::vector<const void*> left_fields;
  visit_settings(left,
                 [&](const SettingInfo&, const auto& field) { left_fields.push_back(&field); });
  std::vector<Difference> found;
  std::size_t index = 0;
  visit_settings(right, [&](const SettingInfo& info, const auto& field) {
    const auto& other = *static_cast<std::decay_t<decltype(field)> const*>(left_fields[index++]);
    if (!(field == other)) found.push_back({info, as_text(other), as_text(field)});
  });
  return found;
}

// Settings that a run does not use, with what would.
struct Unused {
  std::string setting, user;
  bool of_another_model;
};

std::vector<Unused> unused_settings(const TrainConfig& c) {
  std::vector<Unused> unused;
  using Names = std::initializer_list<const char*>;
  const auto add = [&](const std::string& user, Names settings, bool of_another_model = false) {
    for (const char* setting : settings) unused.push_back({setting, user, of_another_model});
  };
  const auto add_of = [&](const std::string& models, Names settings) {
    add("model " + models, settings, true);
  };
  if (c.model != ModelKind::gan) {
    add_of("gan", {"loss", "n-critic", "gp", "r1", "r2", "r1-scaled", "r1-every", "label-smoothing",
                   "instance-noise", "instance-noise-decay", "instance-noise-end", "augment",
                   "spectral-norm", "minibatch-stddev", "pack", "clusters"});
  }
  const bool autoencoder = c.model == ModelKind::vae || c.model == ModelKind::ae;
  if (c.model != ModelKind::masked) add_of("masked", {"dropout", "clip", "weight-decay", "folds"});
  if (c.model == ModelKind::masked) {
    add_of("gan, vae or ae", {"net", "latent", "d-layers", "g-net", "d-net", "kernel", "norm",
                              "output", "latent-mixture", "lr-d", "ttur", "scale", "range"});
    if (c.likelihood != LikelihoodKind::automatic) add_of("vae or ae", {"likelihood"});
  }
  if (autoencoder && c.output != OutputKind::automatic && c.output != c.decoder_output()) {
    add_of("gan: an autoencoder's follows from its likelihood", {"output"});
  }
  // Configs of earlier builds name their default, bernoulli, whatever the model.
  if (c.model == ModelKind::gan && c.likelihood != LikelihoodKind::bernoulli) {
    add_of("vae or ae", {"likelihood"});
  }
  if (c.model != ModelKind::vae) add_of("vae", {"beta", "kl-warmup"});
  if (c.model == ModelKind::vae && c.latent_mixture > 1) add_of("gan or ae", {"latent-mixture"});
  if (c.model != ModelKind::gan || c.latent_mixture == 1)
    add("a gan's latent-mixture", {"latent-deviation"});
  if (c.model == ModelKind::gan && c.groups() != c.clusters) {
    add("a gan without conditional, conditions and pack", {"clusters"});
  }
  if (c.loss != LossKind::wgan_gp) add("loss wgan-gp", {"gp"});
  if (c.model == ModelKind::gan && c.r1 == 0.0) add("an r1", {"r2", "r1-every", "r1-scaled"});
  if (c.lr_d > 0.0) add("lr-d 0", {"ttur"});
  if (c.instance_noise == 0.0) {
    add("an instance-noise", {"instance-noise-decay", "instance-noise-end"});
  }
  if (c.instance_noise_decay == 0.0) add("an instance-noise-decay", {"instance-noise-end"});
  if (c.lr_schedule == ScheduleKind::constant) add("lr-schedule linear or cosine", {"lr-end"});
  if (c.net == NetKind::mlp && c.g_net.empty() && c.d_net.empty()) {
    add("net conv or conv1d, or listed layers", {"kernel"});
  }
  return unused;
}

// What weights cannot be taken along to another value of.
bool makes_networks(const SettingInfo& setting) {
  const std::string name = setting.name;
  return setting.group == std::string("Networks") || name == "conditional" || name == "clusters" ||
         name == "likelihood" || name == "latent-mixture" || name == "latent-deviation" ||
         name == "preset";
}

}  // namespace

std::vector<SettingChange> check_resume(const TrainConfig& saved, const TrainConfig& wanted) {
  const bool spans_the_run =
      wanted.lr_schedule != ScheduleKind::constant || wanted.instance_noise_decay > 0.0;
  std::vector<SettingChange> recorded;
  for (const Difference& change : differences(saved, wanted)) {
    const std::string name = change.setting.name;
    const bool length = name == "epochs" || name == "passes";
    if (change.setting.on_resume == OnResume::recorded || (length && spans_the_run)) {
      recorded.push_back({name, change.left, change.right});
    } else if (change.setting.on_resume == OnResume::stays) {
      refuse_setting(name, change.right, "'" + change.left + "', as the run was started with",
                     std::string("a resumed run keeps this setting; start a new run to change it") +
                         (makes_networks(change.setting) ? "" : ", by --from with these weights"));
    }
  }
  return recorded;
}

void check_origin(const TrainConfig& saved, const TrainConfig& wanted) {
  for (const Difference& change : differences(saved, wanted)) {
    const std::string name = change.setting.name;
    const bool average = name == "ema" && (saved.ema > 0.0) != (wanted.ema > 0.0);
    if (!makes_networks(change.setting) && !average) continue;
    refuse_setting(name, change.right, "'" + change.left + "', as the weights were trained with",
                   "--from goes on with the same networks; leave " + name + " out");
  }
}

void copy_settings(const TrainConfig& from, const std::vector<std::string>& names,
                   TrainConfig& to) {
  std::vector<const void*> fields;
  visit_settings(from, [&](const SettingInfo&, const auto& field) { fields.push_back(&field); });
  std::size_t index = 0;
  visit_settings(to, [&](const SettingInfo& info, auto& field) {
    const void* const other = fields[index++];
    if (std::find(names.begin(), names.end(), info.name) == names.end()) return;
    field = *static_cast<const std::decay_t<decltype(field)>*>(other);
  });
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
  if (config.loss == LossKind::wgan_gp && !given("r1")) config.r1 = 0.0;
  if (given("r1") && !given("r1-scaled")) config.r1_scaled = false;
  if (!given("instance-noise-end") && config.instance_noise_end > config.instance_noise) {
    config.instance_noise_end = 0.0;
  }
}

void require_used(const TrainConfig& config, const std::vector<std::string>& given) {
  const auto names = [&](const TrainConfig& from) {
    std::set<std::string> changed;
    for (const Difference& change : differences(from, config)) changed.insert(change.setting.name);
    return changed;
  };
  const std::set<std::string> own = names(preset(config.preset));
  const std::set<std::string> set = names(TrainConfig{});
  for (const Unused& unused : unused_settings(config)) {
    const std::string& name = unused.setting;
    const bool asked =
        unused.of_another_model && std::find(given.begin(), given.end(), name) != given.end();
    if (!asked && !(own.contains(name) && set.contains(name))) continue;
    visit_settings(config, [&](const SettingInfo& info, const auto& field) {
      if (name != info.name) return;
      refuse_setting(name, as_text(field) + ", though nothing in this run uses it",
                     "only with " + unused.user, "leave it out");
    });
  }
}

}  // namespace vgan
