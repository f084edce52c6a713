#include "engine/settings/config.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/split.hpp"
#include "engine/base/text.hpp"
#include "engine/data/trial_axes.hpp"
#include "engine/encode/scaling.hpp"
#include "engine/settings/layer_list.hpp"
#include "engine/settings/stop_rule.hpp"

namespace vgan {
namespace {

void require_positive(const char* name, double value) {
  if (!(value > 0.0) || !std::isfinite(value))
    refuse_setting(name, setting_text(value), "a number above 0");
}

void require_between(const char* name, double value, double low, double high, const char* allowed) {
  if (!(value >= low && value <= high)) refuse_setting(name, setting_text(value), allowed);
}

void require_count(const char* name, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return;
  refuse_setting(name, std::to_string(value), std::to_string(low) + " to " + std::to_string(high));
}

void require_steps(const char* name, std::uint64_t value) {
  if (value > 1ULL << 50) refuse_setting(name, std::to_string(value), "up to 2^50");
}

// Settings are kept as TOML, which is UTF-8: another byte would come back as another path.
void require_utf8(const char* name, const std::string& value) {
  const auto follows = [&](std::size_t at) {
    return at < value.size() && (static_cast<unsigned char>(value[at]) & 0xC0U) == 0x80U;
  };
  for (std::size_t i = 0; i < value.size();) {
    const auto byte = static_cast<unsigned char>(value[i]);
    const int more = byte < 0x80   ? 0
                     : byte < 0xC2 ? -1
                     : byte < 0xE0 ? 1
                     : byte < 0xF0 ? 2
                     : byte < 0xF5 ? 3
                                   : -1;
    bool valid = more >= 0 && byte != 0 && byte != 0x7F;
    for (int k = 1; valid && k <= more; ++k) valid = follows(i + static_cast<std::size_t>(k));
    if (!valid) refuse_setting(name, "a name that is not UTF-8 text", "UTF-8", "rename it");
    i += static_cast<std::size_t>(more) + 1;
  }
}

void require_widths(const char* name, const std::vector<std::int64_t>& widths) {
  if (widths.size() > 64) {
    refuse_setting(name, std::to_string(widths.size()) + " widths",
                   "up to 64 widths, e.g. 256,512");
  }
  for (const std::int64_t width : widths) require_count(name, width, 1, 1 << 20);
}

void validate_networks(const TrainConfig& c) {
  require_count("latent", c.latent, 1, 1 << 20);
  require_widths("g-layers", c.g_layers);
  require_widths("d-layers", c.d_layers);
  (void)parse_layers("g-net", c.g_net);
  (void)parse_layers("d-net", c.d_net);
  require_count("kernel", c.kernel, 0, 64);
  require_count("pack", c.pack, 1, 64);
  if (c.batch % c.pack != 0) {
    refuse_setting("pack", std::to_string(c.pack),
                   "a divisor of the batch, " + std::to_string(c.batch));
  }
  require_count("minibatch-stddev", c.minibatch_stddev, 0, 1 << 20);
  if (c.minibatch_stddev == 1 ||
      (c.minibatch_stddev > 1 && c.batch / c.pack % c.minibatch_stddev != 0)) {
    const std::int64_t rows = c.batch / c.pack;
    refuse_setting("minibatch-stddev", std::to_string(c.minibatch_stddev),
                   rows == 1 ? "0 (off), D seeing one row of a batch"
                             : "0 (off), or 2 and more that divide the " + std::to_string(rows) +
                                   " rows that D sees of a batch");
  }
  require_count("clusters", c.clusters, 0, 4096);
  if (c.conditional && !c.conditions.empty()) {
    refuse_setting("conditional", "classes and --conditions", "one of the two");
  }
  if (c.model == ModelKind::gan) return;
  if (c.conditional || !c.conditions.empty()) {
    refuse_setting(c.conditional ? "conditional" : "conditions",
                   (c.model == ModelKind::ae ? "an " : "a ") + to_text(c.model), "model gan");
  }
}

void validate_objective(const TrainConfig& c) {
  require_count("n-critic", c.n_critic, 1, 1 << 10);
  require_between("gp", c.gp, 0.0, 1e6, "0 (none) to 1e6");
  require_between("label-smoothing", c.label_smoothing, 0.0, 1.0, "0 to 1");
  if (c.label_smoothing != 1.0 && (c.loss == LossKind::hinge || c.loss == LossKind::wgan_gp)) {
    refuse_setting("label-smoothing", setting_text(c.label_smoothing),
                   "1 with loss " + to_text(c.loss), "this loss has no labels to smooth");
  }
  require_between("instance-noise", c.instance_noise, 0.0, 1e6, "0 to 1e6");
  require_between("instance-noise-decay", c.instance_noise_decay, 0.0, 1.0,
                  "0 (it stays) to 1, the whole run");
  require_between("instance-noise-end", c.instance_noise_end, 0.0, c.instance_noise,
                  "0 (linearly to 0) to instance-noise");
  require_between("r1", c.r1, 0.0, 1e6, "0 (none) to 1e6");
  require_between("r2", c.r2, 0.0, 1e3, "0 (none) to 1000, 1 for R1's gamma");
  require_count("r1-every", c.r1_every, 1, 1 << 20);
  (void)augment_words(c.augment);
  require_between("beta", c.beta, 0.0, 1e6, "0 to 1e6");
  require_count("latent-mixture", c.latent_mixture, 0, 1024);
  require_between("latent-deviation", c.latent_deviation, 0.01, 1.0, "0.01 to 1 (no mixture)");
  if (c.model == ModelKind::ae)
    require_code_gaussians(std::max<std::int64_t>(1, c.latent_mixture), c.latent);
}

// A rule for stopping is one of measures.
void validate_stop(const TrainConfig& c) {
  if (c.stop_when.empty()) return;
  (void)parse_stop_rule(c.stop_when);
  if (c.evaluate_every != std::uint64_t{0}) return;
  refuse_setting("stop-when", "'" + c.stop_when + "', where nothing is measured",
                 "with evaluate-every above 0, or auto", "leave --evaluate-every out");
}

}  // namespace

void require_code_gaussians(std::int64_t components, std::int64_t latent) {
  constexpr std::int64_t most = most_covariance_numbers;
  if (latent <= most / latent && components <= most / (latent * latent)) return;
  refuse_setting(
      "latent-mixture",
      std::to_string(components) + " with codes of " + std::to_string(latent) + " numbers",
      "up to " + std::to_string(most) +
          " numbers in the covariances, latent-mixture * "
          "latent * latent",
      "use a smaller --latent");
}

std::vector<AugmentKind> augment_words(const std::string& list) {
  const std::vector<std::string> known = words_of<AugmentKind>();
  std::vector<AugmentKind> words;
  if (list.empty()) return words;
  for (const std::string& word : split(list, ',')) {
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      refuse_setting("augment", "'" + word + "'", joined(known) + ", with commas between",
                     suggestion(word, known));
    }
    words.push_back(read_word<AugmentKind>(word));
  }
  return words;
}

std::int64_t TrainConfig::held_out(std::int64_t count, TrialKind kind) const {
  if (hold_out) return std::llround(*hold_out * static_cast<double>(count));
  const std::int64_t fewest = kind == TrialKind::row ? 1000 : 200;
  const std::int64_t tenth = std::min<std::int64_t>(count / 10, 10000);
  return count < fewest || count - tenth < std::min(batch, count) ? 0 : tenth;
}

void validate(const TrainConfig& c) {
  require_scaling_choice({c.scale, c.range});
  (void)preset(c.preset);
  require_utf8("data", c.data);
  require_utf8("labels", c.labels);
  require_utf8("conditions", c.conditions);
  require_utf8("schema", c.schema);
  require_utf8("out", c.out);
  (void)parse_shape(c.shape);
  if (c.passes == 0.0 && c.epochs == 0 && c.model != ModelKind::masked) {
    refuse_setting("epochs", "0", "1 or more");
  }
  require_steps("epochs", c.epochs);
  require_between("passes", c.passes, 0.0, 1e9, "0 (use epochs) to 1e9");
  require_count("batch", c.batch, 1, 1 << 24);
  if (c.folds != 0 && (c.folds < 2 || c.folds > most_folds)) {
    refuse_setting("folds", std::to_string(c.folds),
                   "0 (one network), or 2 to " + std::to_string(most_folds));
  }
  require_between("memory", c.memory, 0.0, 1e6, "0 (half of the machine's) to 1e6 GiB");
  require_between("hold-out", c.hold_out.value_or(0.0), 0.0, std::nextafter(1.0, 0.0),
                  "auto, or 0 (none) to below 1");
  require_steps("evaluate-every", c.evaluate_every.value_or(0));
  validate_stop(c);
  validate_networks(c);
  validate_objective(c);
  require_positive("lr", c.lr);
  require_between("lr-g", c.lr_g, 0.0, 1e30, "0 (use lr) to 1e30");
  require_between("lr-d", c.lr_d, 0.0, 1e30, "0 (use ttur times lr) to 1e30");
  require_between("ttur", c.ttur, 1e-6, 1e6, "1e-6 to 1e6");
  require_between("beta1", c.beta1, 0.0, std::nextafter(1.0, 0.0), "0 to below 1");
  require_between("beta2", c.beta2, 0.0, std::nextafter(1.0, 0.0), "0 to below 1");
  require_between("lr-end", c.lr_end, 0.0, 1.0, "0 to 1");
  require_between("weight-decay", c.weight_decay, 0.0, 1e6, "0 (none) to 1e6");
  if (c.weight_decay * c.generator_rate() >= 1.0) {
    refuse_setting("weight-decay", setting_text(c.weight_decay),
                   "below 1 / lr, of which an update leaves something of a weight");
  }
  require_between("clip", c.clip, 0.0, 1e6, "0 (none) to 1e6");
  require_between("dropout", c.dropout, 0.0, 0.99, "0 (none) to 0.99");
  require_between("ema", c.ema, 0.0, std::nextafter(1.0, 0.0), "0 (none) to below 1");
  if (c.seed >> 63 != 0) refuse_setting("seed", std::to_string(c.seed), "0 to 2^63 - 1");
  require_steps("kl-warmup", c.kl_warmup);
  require_steps("warmup", c.warmup);
  require_count("threads", c.threads, 0, 4096);
  require_count("keep", c.keep, 0, 1 << 30);
  if (!c.profile_steps.empty()) (void)parse_step_range(c.profile_steps);
  require_used(c);
}

std::pair<std::uint64_t, std::uint64_t> parse_step_range(const std::string& range) {
  const std::size_t colon = range.find(':');
  const auto first = read_number<std::uint64_t>(std::string_view(range).substr(0, colon));
  const auto last = colon == std::string::npos
                        ? std::nullopt
                        : read_number<std::uint64_t>(std::string_view(range).substr(colon + 1));
  if (!first || !last || *first == 0 || *last < *first) {
    refuse_setting("profile-steps", "'" + range + "'",
                   "A:B with 1 <= A <= B, epochs counted from 1");
  }
  return {*first, *last};
}

}  // namespace vgan
