// From settings to the options of objectives and steps.
#pragma once

#include <cstdint>

#include "engine/models/architecture.hpp"
#include "engine/models/codes.hpp"
#include "engine/objectives/autoencoder.hpp"
#include "engine/objectives/gan.hpp"
#include "engine/settings/config.hpp"
#include "engine/train/training_step.hpp"

namespace vgan {

/// `config` with all that "auto", 0 and empty stand for filled in, as far as settings and the trial
/// tell: layers, the output by whether trials are `real_valued` (f32) or u8, an autoencoder's by
/// its likelihood, a mixture for G's noise where trials are a few real values, for an AE's codes as
/// many Gaussians as CodeModel::components_for has for `trials`, those to train on; an
/// autoencoder's likelihood by whether they are rows of a `table`. Throws bad_config for a
/// likelihood that such trials cannot have.
TrainConfig resolved(TrainConfig config, const TrialShape& trial, bool real_valued = false,
                     std::int64_t trials = CodeModel::most_trials, bool table = false);
/// `epochs`, or `passes` in epochs: over `count` trials, or over those of them that each network of
/// folds learns.
std::uint64_t epochs_of(const TrainConfig& config, std::int64_t count);

objectives::GanOptions gan_options(const TrainConfig& config, const TrialShape& trial,
                                   std::int64_t conditions);
/// What G's noise is drawn from; an autoencoder's codes have a model of their own (CodeModel).
math::LatentMixture latent_mixture(const TrainConfig& config);
objectives::AutoencoderOptions autoencoder_options(const TrainConfig& config);
AdamOptions adam_options(const TrainConfig& config);
/// Rates reach their end after `epochs` steps.
StepSchedules schedules_of(const TrainConfig& config, std::uint64_t epochs);

}  // namespace vgan
