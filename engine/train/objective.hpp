// What a model is to the trainer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/encode/cell_layout.hpp"
#include "engine/encode/table_heads.hpp"
#include "engine/models/model_traits.hpp"
#include "engine/models/step_report.hpp"
#include "engine/nn/network.hpp"
#include "engine/sample/device_trials.hpp"
#include "engine/train/step_kind.hpp"
#include "engine/train/training_step.hpp"

namespace vgan {

/// What an objective is made for: settings with everything filled in (`resolved`), as they were at
/// the start, and the data.
struct ObjectiveSetting {
  TrainConfig config;
  TrialShape trial;
  std::int64_t conditions = 0;        ///< numbers of a condition
  std::vector<Head> heads;            ///< of rows of a table: what a row's numbers are; else empty
  std::uint64_t epochs = 1;           ///< in which schedules reach their end
  const CellLayout* cells = nullptr;  ///< of a model over cells; outlives the objective
};

/// The layers of the two networks as they are trained.
struct ObjectiveLayers {
  std::vector<nn::LayerSpec> generator;  ///< G or decoder
  std::vector<nn::LayerSpec> second;     ///< D or encoder; empty where there is none
};

/// The networks that a step moves, which outlive it.
struct StepNetworks {
  nn::Network* generator = nullptr;   ///< G or decoder
  nn::Network* second = nullptr;      ///< D or encoder; null where there is none
  std::vector<nn::Network*> further;  ///< beside the first, of a model of several networks
};

/// A model as the trainer meets it: its networks, its step, and what that step reports.
class Objective {
 public:
  explicit Objective(ObjectiveSetting setting) : setting_(std::move(setting)) {}
  virtual ~Objective() = default;

  /// The layers to train. `sampled` is G as it makes trials; an autoencoder leaves out its last
  /// activation, which its loss applies.
  virtual ObjectiveLayers layers(std::vector<nn::LayerSpec> sampled) const {
    return {std::move(sampled),
            traits_of(config()).second_layers(config(), setting_.trial, setting_.conditions)};
  }
  /// How updates are computed on the device, for `--step`. Throws bad_config for one that cannot
  /// be.
  virtual ChosenStep choose(const ObjectiveLayers& layers, const DeviceInfo& device) const = 0;

  /// Bytes of activations and of what queues keep for products, at a batch of `batch`.
  virtual std::size_t activation_bytes(const ObjectiveLayers& layers, std::int64_t batch,
                                       ElementType type) const = 0;
  virtual std::size_t scratch_bytes(const Backend& backend, const ObjectiveLayers& layers,
                                    std::int64_t batch, ElementType type) const = 0;
  /// The step, recorded; `data` outlives it.
  virtual std::unique_ptr<TrainingStep> make_step(Backend& backend, const StepNetworks& networks,
                                                  const DeviceTrials& data, bool fused) const = 0;

  /// What a step measured: the values of its record, by name.
  virtual std::vector<NamedValue> values_of(const StepRecord& record) const = 0;
  /// The losses of a report, as a message of divergence has them: "D loss 1, G loss 2".
  virtual std::string losses_text(const StepReport& report) const = 0;
  /// What to do about divergence.
  virtual std::string remedy() const = 0;

 protected:
  const TrainConfig& config() const { return setting_.config; }
  const ObjectiveSetting& setting() const { return setting_; }

 private:
  ObjectiveSetting setting_;
};

/// The objective of the setting's model.
std::unique_ptr<Objective> make_objective(ObjectiveSetting setting);

std::unique_ptr<Objective> make_gan_objective(ObjectiveSetting setting);
std::unique_ptr<Objective> make_autoencoder_objective(ObjectiveSetting setting);
std::unique_ptr<Objective> make_masked_objective(ObjectiveSetting setting);

}  // namespace vgan
