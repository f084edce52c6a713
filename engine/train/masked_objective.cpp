// A network over cells to the trainer: one network, whose losses are cross-entropies.
#include "engine/base/check.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/models/fold_plan.hpp"
#include "engine/train/masked_step.hpp"
#include "engine/train/objective.hpp"
#include "engine/train/objective_options.hpp"

namespace vgan {
namespace {

/// objectives::Masked has the equations; this is how a trainer asks for them.
class MaskedObjective final : public Objective {
 public:
  using Objective::Objective;

  ObjectiveLayers layers(std::vector<nn::LayerSpec> sampled) const override {
    return {std::move(sampled), {}};
  }

  ChosenStep choose(const ObjectiveLayers&, const DeviceInfo& device) const override {
    ChosenStep chosen = choose_step(config().step, device, config().batch, false);
    if (config().step == StepKind::automatic) chosen.reason = "gradients are clipped as a whole";
    return chosen;
  }

  std::size_t activation_bytes(const ObjectiveLayers& layers, std::int64_t batch,
                               ElementType) const override {
    return network_count(config()) *
           objectives::Masked::bytes(layers.generator, layout().columns(), batch);
  }

  std::size_t scratch_bytes(const Backend& backend, const ObjectiveLayers& layers,
                            std::int64_t batch, ElementType) const override {
    return MaskedStep::scratch_bytes(backend, layers.generator, batch);
  }

  std::unique_ptr<TrainingStep> make_step(Backend& backend, const StepNetworks& networks,
                                          const DeviceTrials& data, bool) const override {
    MaskedStepOptions options;
    options.objective = {config().batch, layout().outcomes, static_cast<float>(config().clip),
                         config().seed};
    options.adam = adam_options(config());
    options.schedules = schedules_of(config(), setting().epochs);
    std::vector<nn::Network*> all{networks.generator};
    all.insert(all.end(), networks.further.begin(), networks.further.end());
    return std::make_unique<MaskedStep>(backend, all, layout(), data.cells, options);
  }

  std::vector<NamedValue> values_of(const StepRecord& record) const override {
    using objectives::MaskedValue;
    const std::size_t networks = network_count(config());
    // The mean of all networks.
    const auto mean = [&](MaskedValue value) {
      float sum = 0.0F;
      for (std::size_t i = 0; i < networks; ++i) {
        sum += record.values[objectives::place_of(value, i)];
      }
      return sum / static_cast<float>(networks);
    };
    std::vector<NamedValue> values = {{"cross_entropy", mean(MaskedValue::cross_entropy)}};
    if (config().clip > 0.0) {
      values.push_back({"gradient_norm", mean(MaskedValue::gradient_norm)});
    }
    return values;
  }

  std::string losses_text(const StepReport& report) const override {
    return "cross-entropy " + setting_text(report["cross_entropy"]);
  }

  std::string remedy() const override { return "use a lower --lr"; }

 private:
  const CellLayout& layout() const {
    require(setting().cells != nullptr, "masked model", "no cells", "those of a table");
    return *setting().cells;
  }
};

}  // namespace

std::unique_ptr<Objective> make_masked_objective(ObjectiveSetting setting) {
  return std::make_unique<MaskedObjective>(std::move(setting));
}

}  // namespace vgan
