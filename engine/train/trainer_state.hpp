// What a trainer is made of.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/models/architecture.hpp"
#include "engine/models/codes.hpp"
#include "engine/models/conditions.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/sample/cell_sampler.hpp"

#include "engine/models/fold_plan.hpp"
#include "engine/sample/device_trials.hpp"
#include "engine/sample/reconstructor.hpp"
#include "engine/sample/sampler.hpp"
#include "engine/train/left_out_rows.hpp"
#include "engine/train/objective.hpp"
#include "engine/train/step_kind.hpp"
#include "engine/train/trainer.hpp"
#include "engine/train/training_step.hpp"

namespace vgan {

/// G or decoder is network "g"; beside it is "d", a GAN's discriminator, or "e", an encoder.
struct Trainer::Implementation {
  Implementation(const TrainConfig& wanted, const Trials& trials);

  MemoryPlan plan(std::int64_t batch) const;
  const ModelTraits& traits() const { return traits_of(config); }
  /// The average where there is one.
  static VectorView<const float> best(const nn::Network& network) {
    const auto average = network.arena().average();
    return average.empty() ? network.arena().weights() : average;
  }
  Sampler& sampler_with_weights_of_now();
  /// There is one for an autoencoder only.
  Reconstructor& reconstructor_with_weights_of_now();
  /// There is one for a model over cells only.
  CellSampler& cell_sampler_with_weights_of_now();
  /// What rows that were left out say of the networks, found once for each epoch at which it is
  /// asked for, unless `stop` says so; empty without folds.
  const LeftOut& left_out_of_now(const std::function<bool()>& stop);
  /// Rows that such a model draws, in the data's own numbers.
  std::vector<double> sampled_rows(std::uint64_t count, std::uint64_t seed, Purpose purpose);
  /// The codes of a model "ae", fitted once for each epoch at which they are asked for.
  const CodeModel& codes_of_now();
  /// All networks that a step moves, with what a checkpoint calls them.
  std::vector<std::pair<std::string, nn::Network*>> networks();
  void finish_steps();

  TrainConfig config;
  std::unique_ptr<Backend> backend;
  Precision precision;
  ChosenStep step_kind;
  OutputRange range;  ///< what samplers hand out
  Scaling scaling;    ///< what that stands for
  ValueType value_type;
  TrialShape trial;
  std::optional<Schema> schema;     ///< of a table's rows
  std::vector<Head> heads;          ///< of such: what a row's numbers are
  std::optional<TableCells> cells;  ///< of a model over cells: its columns
  CellLayout cell_layout;
  FoldPlan folds;                            ///< of a model over cells: the order of its rows
  std::optional<LeftOutRows> left_out_rows;  ///< where there are folds
  LeftOut left_out;
  std::uint64_t left_out_step = 0;
  std::vector<std::pair<std::string, std::string>> curve_notes;  ///< of its curves (TableCurves)
  std::int64_t count;
  std::size_t data_bytes;
  std::string fingerprint;
  ConditionModel conditions;
  std::string condition_fingerprint;          ///< of those of the data
  std::vector<nn::LayerSpec> sampled_layers;  ///< G with the activation that makes trials
  std::unique_ptr<Objective> objective;
  ObjectiveLayers layers;
  nn::ArenaOptions g_arena, second_arena;
  MemoryPlan memory;
  std::unique_ptr<Queue> queue;
  Buffer data;
  Buffer condition_data;
  std::optional<nn::Network> generator, second;       ///< the second where the model has one
  std::vector<std::unique_ptr<nn::Network>> further;  ///< beside "g", of a model with folds
  std::unique_ptr<TrainingStep> step;
  std::optional<Sampler> sampler;
  std::optional<CellSampler> cell_sampler;
  DeviceTrials resident;  ///< the data, on the device
  std::optional<Reconstructor> reconstructor;
  CodeModel codes;
  std::uint64_t codes_step = 0;

  bool profiling = false;

 private:
  /// What activations and the weights that products read are in; a network over cells keeps both in
  /// f32, and in bf16 its products round them.
  ElementType type() const {
    return precision == Precision::bf16 && !cells ? ElementType::bf16 : ElementType::f32;
  }
  /// Bytes of the conditions of all trials: one for each class, or floats.
  std::size_t condition_bytes() const {
    return static_cast<std::size_t>(count * conditions.size()) *
           (conditions.classes() ? 1 : sizeof(float));
  }
  void choose_scaling(const Trials& trials);
  void choose_precision();
  void choose_networks();
  void upload_data(const Trials& trials);
  DeviceTrials device_trials() const;
};

}  // namespace vgan
