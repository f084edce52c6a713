// A GAN to the trainer: G and D move in turn.
#include "engine/base/refuse_setting.hpp"
#include "engine/train/alternating_step.hpp"
#include "engine/train/objective.hpp"
#include "engine/train/objective_options.hpp"

namespace vgan {
namespace {

/// objectives::Gan has the equations; this is how a trainer asks for them.
class GanObjective final : public Objective {
 public:
  using Objective::Objective;

  ChosenStep choose(const ObjectiveLayers& layers, const DeviceInfo& device) const override {
    const bool can_fuse = objectives::Gan::can_fuse(layers.generator, layers.second, options());
    return choose_step(config().step, device, config().batch, can_fuse);
  }

  std::size_t activation_bytes(const ObjectiveLayers& layers, std::int64_t batch,
                               ElementType type) const override {
    return objectives::Gan::bytes(layers.generator, layers.second, batch, type, options());
  }

  // The step has two queues, `d` and `g`, and each keeps that much.
  std::size_t scratch_bytes(const Backend& backend, const ObjectiveLayers& layers,
                            std::int64_t batch, ElementType type) const override {
    return 2 * AlternatingStep::scratch_bytes(backend, layers.generator, layers.second, batch,
                                              config().pack, type);
  }

  std::unique_ptr<TrainingStep> make_step(Backend& backend, const StepNetworks& networks,
                                          const DeviceTrials& data, bool fused) const override {
    StepOptions step;
    step.batch = config().batch;
    step.fused = fused;
    step.gan = options();
    step.mixture = latent_mixture(config());
    step.adam = adam_options(config());
    step.schedules = schedules_of(config(), setting().epochs);
    return std::make_unique<AlternatingStep>(backend, *networks.generator, *networks.second, data,
                                             step);
  }

  std::vector<NamedValue> values_of(const StepRecord& record) const override {
    using objectives::GanValue;
    const float real = record[GanValue::d_loss_real];
    const float fake = record[GanValue::d_loss_fake];
    std::vector<NamedValue> values = {{"d_loss", real + fake},
                                      {"d_loss_real", real},
                                      {"d_loss_fake", fake},
                                      {"g_loss", record[GanValue::g_loss]},
                                      {"r1", record[GanValue::r1]}};
    if (config().r1 > 0.0 && config().r2 > 0.0) values.push_back({"r2", record[GanValue::r2]});
    if (config().loss == LossKind::wgan_gp) {
      values.push_back({"gradient_penalty", record[GanValue::gradient_penalty]});
    }
    values.push_back({"d_real_accuracy", record[GanValue::real_accuracy]});
    values.push_back({"d_fake_accuracy", record[GanValue::fake_accuracy]});
    return values;
  }

  std::string losses_text(const StepReport& report) const override {
    return "D loss " + setting_text(report["d_loss"]) + ", G loss " +
           setting_text(report["g_loss"]);
  }

  std::string remedy() const override { return "use a lower --lr or a higher --r1"; }

 private:
  objectives::GanOptions options() const {
    objectives::GanOptions made = gan_options(config(), setting().trial, setting().conditions);
    made.heads = setting().heads;
    return made;
  }
};

}  // namespace

std::unique_ptr<Objective> make_gan_objective(ObjectiveSetting setting) {
  return std::make_unique<GanObjective>(std::move(setting));
}

}  // namespace vgan
