#include "engine/train/objective_options.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/refuse_setting.hpp"
#include "engine/models/fold_plan.hpp"
#include "engine/models/model_traits.hpp"

namespace vgan {
namespace {

math::GanLoss loss_of(LossKind loss) {
  switch (loss) {
    case LossKind::bce: return math::GanLoss::bce;
    case LossKind::minimax: return math::GanLoss::minimax;
    case LossKind::article: return math::GanLoss::article;
    case LossKind::lsgan: return math::GanLoss::lsgan;
    case LossKind::hinge: return math::GanLoss::hinge;
    case LossKind::wgan_gp: return math::GanLoss::wasserstein;
  }
  return math::GanLoss::bce;
}

// A penalty on the squared gradient grows with the numbers that share it (Karras et al. 2020, whose
// gamma is in proportion to the pixels); 784 are MNIST's, which the presets' was measured on.
double r1_scale(const TrialShape& trial) { return static_cast<double>(trial.size()) / 784.0; }

// Numbers of a trial that counts as a point, whose modes a mixture keeps apart; longer ones, curves
// or images, vary in more ways within a mode than G makes of a component's noise.
constexpr std::int64_t most_of_a_point = 16;

// The width of both hidden layers of networks for the rows of a table, which are short.
constexpr std::int64_t table_width = 256;

// The width of a model over cells, and of each of its two residual blocks.
constexpr std::int64_t cells_width = 128;

std::int64_t mixture_for(const TrainConfig& config, const TrialShape& trial, bool real_valued,
                         std::int64_t trials) {
  if (traits_of(config).fits_codes) return CodeModel::components_for(trials, config.latent);
  return config.model == ModelKind::gan && real_valued && trial.size() <= most_of_a_point ? 100 : 1;
}

LikelihoodKind likelihood_for(LikelihoodKind wanted, bool table) {
  if (wanted == LikelihoodKind::automatic) {
    return table ? LikelihoodKind::columns : LikelihoodKind::bernoulli;
  }
  if (table == (wanted == LikelihoodKind::columns)) return wanted;
  refuse_setting("likelihood", to_text(wanted),
                 table ? "auto or columns, for the rows of a table"
                       : "auto, bernoulli or gaussian, for trials that are no rows of a table");
}

// Updates after which a model over cells has learnt the rows: more make it copy few rows, and many
// rows need fewer passes (docs/lab/masked.md). Networks of folds, which learn fewer rows, take as
// many updates, and so see theirs more often.
std::uint64_t epochs_over_cells(std::int64_t rows, std::int64_t batch) {
  constexpr double few_rows = 1000.0;
  const auto count = static_cast<double>(rows);
  const double passes = 200.0 + 150.0 * std::min(1.0, count / 500.0);
  const double seen =
      passes * std::min(count, few_rows) * std::sqrt(std::max(1.0, count / few_rows));
  return static_cast<std::uint64_t>(std::max(1.0, std::ceil(seen / static_cast<double>(batch))));
}

TrainConfig resolved_over_cells(TrainConfig config, std::int64_t rows, bool table) {
  if (!table) {
    refuse_setting("model", to_text(config.model), "gan, vae or ae, for data that are no table",
                   "a masked model predicts the columns of a table");
  }
  if (config.g_layers.empty()) config.g_layers = {cells_width, cells_width};
  for (const std::int64_t width : config.g_layers) {
    if (width == config.g_layers.front()) continue;
    refuse_setting("g-layers",
                   std::to_string(config.g_layers.front()) + " and " + std::to_string(width),
                   "one width for all residual blocks of a masked model", "");
  }
  if (config.epochs == 0 && config.passes == 0.0) {
    config.epochs = epochs_over_cells(rows, config.batch);
  }
  // The preset's rise is no more than a fifth of the run.
  if (config.warmup == preset("masked").warmup) {
    config.warmup = std::min(config.warmup, epochs_of(config, rows) / 5);
  }
  return config;
}

math::Ramp ramp_of(ScheduleKind schedule) {
  switch (schedule) {
    case ScheduleKind::constant: return math::Ramp::constant;
    case ScheduleKind::linear: return math::Ramp::linear;
    case ScheduleKind::cosine: return math::Ramp::cosine;
  }
  return math::Ramp::constant;
}

}  // namespace

TrainConfig resolved(TrainConfig config, const TrialShape& trial, bool real_valued,
                     std::int64_t trials, bool table) {
  if (traits_of(config).over_cells) return resolved_over_cells(std::move(config), trials, table);
  if (table && config.net == NetKind::mlp) {
    for (auto* layers : {&config.g_layers, &config.d_layers}) {
      if (layers->empty()) *layers = {table_width, table_width};
    }
  }
  config = with_layers(std::move(config), trial);
  if (table) config.output = OutputKind::linear;  // its heads take numbers as they come
  if (config.output == OutputKind::automatic)
    config.output = real_valued ? OutputKind::linear : OutputKind::tanh;
  if (config.latent_mixture == 0) {
    config.latent_mixture = mixture_for(config, trial, real_valued, trials);
    if (config.latent_mixture == 1 && config.latent_deviation != TrainConfig{}.latent_deviation) {
      refuse_setting("latent-deviation", setting_text(config.latent_deviation),
                     "only with a mixture, which latent-mixture 0 is not for these trials",
                     "leave it out, or name latent-mixture");
    }
  }
  if (traits_of(config).encodes) config.likelihood = likelihood_for(config.likelihood, table);
  if (traits_of(config).encodes) config.output = config.decoder_output();
  return config;
}

std::uint64_t epochs_of(const TrainConfig& config, std::int64_t count) {
  if (config.passes <= 0.0) return config.epochs;
  const auto seen = static_cast<double>(rows_of_network(config, count));
  const double epochs = std::ceil(config.passes * seen / static_cast<double>(config.batch));
  return static_cast<std::uint64_t>(std::max(1.0, epochs));
}

objectives::GanOptions gan_options(const TrainConfig& c, const TrialShape& trial,
                                   std::int64_t conditions) {
  objectives::GanOptions options;
  options.loss = loss_of(c.loss);
  options.real_target = static_cast<float>(c.label_smoothing);
  options.instance_noise = static_cast<float>(c.instance_noise);
  options.r1 = static_cast<float>(c.r1 * (c.r1_scaled ? r1_scale(trial) : 1.0));
  options.r2 = static_cast<float>(c.r2);
  options.r1_every = c.r1_every;
  options.gradient_penalty = c.loss == LossKind::wgan_gp ? static_cast<float>(c.gp) : 0.0F;
  options.critic_updates = c.n_critic;
  options.pack = c.pack;
  for (const AugmentKind word : augment_words(c.augment)) {
    options.augment_colour = options.augment_colour || word == AugmentKind::color;
    options.augment_translation = options.augment_translation || word == AugmentKind::translation;
    options.augment_cutout = options.augment_cutout || word == AugmentKind::cutout;
  }
  const TrialShape image = image_shape(c, trial);
  options.height = image.height;
  options.width = image.width;
  options.channels = image.channels;
  options.conditions = conditions;
  options.seed = c.seed;
  return options;
}

math::LatentMixture latent_mixture(const TrainConfig& c) {
  return math::mixture_of(c.model == ModelKind::gan ? c.latent_mixture : 1, c.seed,
                          c.latent_deviation);
}

objectives::AutoencoderOptions autoencoder_options(const TrainConfig& c) {
  return {traits_of(c).variational,
          c.likelihood == LikelihoodKind::bernoulli ? Likelihood::bernoulli : Likelihood::gaussian,
          {},
          static_cast<float>(c.beta),
          c.seed};
}

AdamOptions adam_options(const TrainConfig& c) {
  AdamOptions options;
  options.beta1 = c.beta1;
  options.beta2 = c.beta2;
  options.average_decay = static_cast<float>(c.ema);
  options.weight_decay = c.weight_decay;
  return options;
}

StepSchedules schedules_of(const TrainConfig& c, std::uint64_t epochs) {
  const auto rate = [&](double first) {
    return math::Schedule{first, first * c.lr_end, c.warmup, epochs, ramp_of(c.lr_schedule)};
  };
  StepSchedules schedules;
  schedules.generator_rate = rate(c.generator_rate());
  schedules.discriminator_rate = rate(c.discriminator_rate());
  const double noisy =
      std::max(1.0, std::round(c.instance_noise_decay * static_cast<double>(epochs)));
  schedules.instance_noise = {c.instance_noise, c.instance_noise_end, 0,
                              static_cast<std::uint64_t>(noisy), math::Ramp::constant};
  if (c.instance_noise_decay > 0.0) {
    schedules.instance_noise.ramp =
        c.instance_noise_end > 0.0 ? math::Ramp::geometric : math::Ramp::linear;
  }
  schedules.kl = {c.kl_warmup > 0 ? 0.0 : 1.0, 1.0, 0, c.kl_warmup, math::Ramp::linear};
  return schedules;
}

}  // namespace vgan
