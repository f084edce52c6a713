// A VAE or AE to the trainer: encoder and decoder move together.
#include "engine/base/refuse_setting.hpp"
#include "engine/train/autoencoder_step.hpp"
#include "engine/train/objective.hpp"
#include "engine/train/objective_options.hpp"

namespace vgan {
namespace {

/// objectives::Autoencoder has the equations; this is how a trainer asks for them.
class AutoencoderObjective final : public Objective {
 public:
  using Objective::Objective;

  // The decoder's last activation goes into the loss.
  ObjectiveLayers layers(std::vector<nn::LayerSpec> sampled) const override {
    sampled.back().activation = Activation::identity;
    return Objective::layers(std::move(sampled));
  }

  ChosenStep choose(const ObjectiveLayers&, const DeviceInfo& device) const override {
    ChosenStep chosen = choose_step(config().step, device, config().batch, false);
    if (config().step == StepKind::automatic) {
      chosen.reason = "an autoencoder's networks move together";
    }
    return chosen;
  }

  std::size_t activation_bytes(const ObjectiveLayers& layers, std::int64_t batch,
                               ElementType type) const override {
    return objectives::Autoencoder::bytes(layers.second, layers.generator, batch, type);
  }

  std::size_t scratch_bytes(const Backend& backend, const ObjectiveLayers& layers,
                            std::int64_t batch, ElementType type) const override {
    return AutoencoderStep::scratch_bytes(backend, layers.second, layers.generator, batch, type);
  }

  std::unique_ptr<TrainingStep> make_step(Backend& backend, const StepNetworks& networks,
                                          const DeviceTrials& data, bool) const override {
    AutoencoderStepOptions options{config().batch, autoencoder_options(config()),
                                   adam_options(config()),
                                   schedules_of(config(), setting().epochs)};
    options.objective.heads = setting().heads;
    return std::make_unique<AutoencoderStep>(backend, *networks.second, *networks.generator, data,
                                             options);
  }

  std::vector<NamedValue> values_of(const StepRecord& record) const override {
    using objectives::AutoencoderValue;
    std::vector<NamedValue> values = {{"reconstruction", record[AutoencoderValue::reconstruction]},
                                      {"squared_error", record[AutoencoderValue::squared_error]}};
    if (traits_of(config()).variational) values.push_back({"kl", record[AutoencoderValue::kl]});
    return values;
  }

  std::string losses_text(const StepReport& report) const override {
    std::string text = "reconstruction " + setting_text(report["reconstruction"]);
    if (traits_of(config()).variational) text += ", KL " + setting_text(report["kl"]);
    return text;
  }

  std::string remedy() const override { return "use a lower --lr"; }
};

}  // namespace

std::unique_ptr<Objective> make_autoencoder_objective(ObjectiveSetting setting) {
  return std::make_unique<AutoencoderObjective>(std::move(setting));
}

}  // namespace vgan
