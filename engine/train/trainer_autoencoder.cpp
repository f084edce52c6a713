// What a trainer of an autoencoder does beside training: codes to sample from, reconstructions.
#include "engine/base/error.hpp"
#include "engine/device/callers_device.hpp"
#include "engine/sample/reconstruction_errors.hpp"
#include "engine/train/trainer_state.hpp"

namespace vgan {

Reconstructor& Trainer::Implementation::reconstructor_with_weights_of_now() {
  if (!reconstructor) reconstructor.emplace(*backend, config, trial, type(), heads);
  finish_steps();
  reconstructor->encoder().load(*queue, best(*second));
  reconstructor->decoder().load(*queue, best(*generator));
  return *reconstructor;
}

const CodeModel& Trainer::Implementation::codes_of_now() {
  finish_steps();
  const std::uint64_t now = step->steps();
  if (codes.empty() || codes_step != now) {
    const std::vector<float> rows = reconstructor_with_weights_of_now().codes_of(
        *queue, resident, CodeModel::most_trials, config.seed);
    const auto count = static_cast<std::int64_t>(rows.size()) / config.latent;
    codes = CodeModel::fit({rows.data(), count, config.latent, config.latent},
                           config.latent_mixture, config.seed);
    codes_step = now;
  }
  return codes;
}

std::vector<double> Trainer::reconstruct(const Trials& trials) {
  const CallersDevice restored(config().device);
  Implementation& self = *implementation_;
  if (!self.traits().encodes) {
    throw Error(ErrorCode::bad_config, {"cannot reconstruct", "the trainer's model",
                                        "a " + to_text(config().model) + ", which has no encoder",
                                        "a model vae or ae", ""});
  }
  trials.require_consistent();
  if (!trials.shape.same_sides(self.trial)) {
    throw Error(ErrorCode::bad_data,
                {"cannot reconstruct", trials.source, "trials of " + shape_text(trials.shape),
                 shape_text(self.trial) + ", the model's", ""});
  }
  const NamedRange range(*self.backend, "reconstruct");
  ReconstructionMeter meter(self.config, self.range, self.scaling, self.heads);
  std::vector<double> all;
  self.reconstructor_with_weights_of_now().run(*self.queue, trials, trials.count, self.range,
                                               self.scaling,
                                               [&](const Reconstructor::Block& block) {
                                                 const std::vector<double> made = meter.add(block);
                                                 all.insert(all.end(), made.begin(), made.end());
                                               });
  return all;
}

std::string Trainer::samples_from() {
  const CallersDevice restored(config().device);
  Implementation& self = *implementation_;
  if (self.traits().fits_codes) return self.codes_of_now().text();
  return "";
}

}  // namespace vgan
