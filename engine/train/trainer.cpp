#include "engine/train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "engine/base/refuse_setting.hpp"
#include "engine/device/callers_device.hpp"
#include "engine/models/cells_checkpoint.hpp"
#include "engine/models/scaling_checkpoint.hpp"
#include "engine/models/schema_json.hpp"

#include "engine/models/state_tensors.hpp"
#include "engine/train/objective_options.hpp"
#include "engine/train/trainer_state.hpp"

namespace vgan {
namespace {

void require_finite(const StepReport& report, const Objective& objective) {
  const bool finite = std::all_of(report.values.begin(), report.values.end(),
                                  [](const NamedValue& one) { return std::isfinite(one.value); });
  if (finite && report.finite_gradients) return;
  throw Error(ErrorCode::diverged,
              {"training diverged", "epoch " + std::to_string(report.epoch),
               objective.losses_text(report) +
                   std::string(report.finite_gradients ? "" : ", NaN or Inf in a gradient"),
               "finite losses and gradients", objective.remedy()});
}

// More would be beyond any memory, and beyond what 64 bits count on the way.
void require_count(std::uint64_t count, const TrialShape& trial) {
  const std::uint64_t most = (std::uint64_t{1} << 40) / static_cast<std::uint64_t>(trial.size());
  if (count <= most) return;
  refuse_setting("count", std::to_string(count),
                 "up to " + std::to_string(most) + " samples of " + std::to_string(trial.size()) +
                     " values at once",
                 "draw them in parts");
}

// Weights that were trained on other numbers than the network sees now would be of no use.
void require_same_scaling(const Checkpoint& checkpoint, const Scaling& scaling) {
  const Scaling saved = read_model(checkpoint, "the checkpoint").scaling;
  if (saved == scaling) return;
  throw Error(ErrorCode::bad_data, {"another scale than the checkpoint's", "the data",
                                    scaling.text(), saved.text(), "set scale and range as it was"});
}

// A logit says nothing of another cell than that which it was trained for.
void require_same_cells(const Checkpoint& checkpoint, const TableCells& cells,
                        const Schema& schema) {
  const TableCells saved = read_cells(checkpoint, schema, "the checkpoint");
  if (saved == cells) return;
  const bool curves = saved.curves() != cells.curves();
  throw Error(ErrorCode::bad_data, {"other cells than the checkpoint's", "the data",
                                    curves ? "curves with other principal components"
                                           : "columns that are cut at other numbers",
                                    "those of the data, and the build, that it was trained with",
                                    "train from the start; generate and predict take the "
                                    "checkpoint as it is"});
}

// A network that has learnt the rows of its new fold would say that it foretells them well.
void require_same_folds(const Checkpoint& checkpoint, const TrainConfig& config,
                        const std::string& fingerprint) {
  const TrainConfig saved = read_model(checkpoint, "the checkpoint").config;
  if (saved.folds == config.folds && saved.seed == config.seed &&
      metadata_value(checkpoint, "data") == fingerprint) {
    return;
  }
  throw Error(ErrorCode::bad_config,
              {"cannot start from networks with other folds", "the checkpoint",
               std::to_string(saved.folds) + " folds, seed " + std::to_string(saved.seed),
               std::to_string(config.folds) + " folds of the data and the seed that it was "
                                              "trained with",
               "leave --seed and --data as they were, or train without --from"});
}

}  // namespace

Sampler& Trainer::Implementation::sampler_with_weights_of_now() {
  if (!sampler) {
    sampler.emplace(*backend, sampled_layers, leaky_slope,
                    precision == Precision::bf16 ? ElementType::bf16 : ElementType::f32, range,
                    Sampler::small, conditions.size(), heads);
  }
  finish_steps();
  sampler->load(*queue, best(*generator));
  return *sampler;
}

std::vector<std::pair<std::string, nn::Network*>> Trainer::Implementation::networks() {
  std::vector<std::pair<std::string, nn::Network*>> all{{network_name(0), &*generator}};
  for (std::size_t i = 0; i < further.size(); ++i) {
    all.emplace_back(network_name(i + 1), further[i].get());
  }
  if (second) all.emplace_back(traits().stem, &*second);
  return all;
}

// Steps may be under way whose reports nobody waited for, if a watcher threw.
void Trainer::Implementation::finish_steps() {
  while (step->replays_pending() > 0) (void)step->take_records();
  step->queue().synchronise();
}

Trainer::Trainer(const TrainConfig& config, const Trials& trials) {
  const CallersDevice restored(config.device);
  implementation_ = std::make_unique<Implementation>(config, trials);
}
Trainer::~Trainer() {
  if (implementation_ == nullptr) return;
  const CallersDevice restored(config().device);
  implementation_.reset();
}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&& other) noexcept {
  std::swap(implementation_, other.implementation_);
  return *this;
}

const TrainConfig& Trainer::config() const { return implementation_->config; }
std::string Trainer::device_name() const { return implementation_->backend->info().name; }
std::string Trainer::precision() const { return to_string(implementation_->precision); }
std::string Trainer::step_choice() const {
  const ChosenStep& kind = implementation_->step_kind;
  return (kind.fused ? "fused: " : "graph: ") + kind.reason;
}
const MemoryPlan& Trainer::memory_plan() const { return implementation_->memory; }
std::uint64_t Trainer::epoch() const { return implementation_->step->reported(); }

std::vector<std::pair<std::string, std::string>> Trainer::networks() const {
  const Implementation& self = *implementation_;
  const auto text = [](const std::vector<nn::LayerSpec>& layers) {
    return nn::layers_text(layers) + ", " + std::to_string(nn::parameter_count(layers)) +
           " parameters";
  };
  if (self.traits().over_cells) {
    const std::int64_t folds = self.config.folds;
    std::vector<std::pair<std::string, std::string>> lines = {
        {self.traits().first,
         (folds > 0 ? std::to_string(folds) + " networks, each without its fold of the rows: "
                    : "") +
             text(self.sampled_layers) + ", " + std::to_string(self.cell_layout.columns()) +
             " columns"}};
    lines.insert(lines.end(), self.curve_notes.begin(), self.curve_notes.end());
    return lines;
  }
  const std::int64_t components = latent_mixture(self.config).components;
  const std::string noise =
      components > 1 ? ", noise from " + std::to_string(components) + " Gaussians" : "";
  std::vector<std::pair<std::string, std::string>> lines = {
      {self.traits().first, text(self.sampled_layers) + ", " + to_text(self.config.output) + noise},
      {self.traits().second, text(self.layers.second)}};
  if (self.conditions.groups()) {
    lines.emplace_back("conditions", "which of " + std::to_string(self.conditions.size()) +
                                         " groups of alike trials one is in (--clusters)");
  }
  return lines;
}

std::int64_t Trainer::parameter_count() const {
  const Implementation& self = *implementation_;
  const std::int64_t first = nn::parameter_count(self.layers.generator);
  const auto networks = static_cast<std::int64_t>(1 + self.further.size());
  return networks * first + nn::parameter_count(self.layers.second);
}

std::int64_t Trainer::multiplications_per_trial() const {
  const Implementation& self = *implementation_;
  const std::int64_t first = nn::multiplication_count(self.layers.generator);
  const auto networks = static_cast<std::int64_t>(1 + self.further.size());
  return networks * first + nn::multiplication_count(self.layers.second);
}

TrialShape Trainer::trial_shape() const { return implementation_->trial; }

std::uint64_t Trainer::total_epochs() const { return epochs_of(config(), implementation_->count); }

StepReport Trainer::train_epoch() {
  StepReport last;
  train(1, [&](const StepReport& report) {
    last = report;
    return true;
  });
  return last;
}

void Trainer::train(std::uint64_t epochs, const std::function<bool(const StepReport&)>& report) {
  const CallersDevice restored(config().device);
  TrainingStep& step = *implementation_->step;
  const Objective& objective = *implementation_->objective;
  const std::size_t ahead = implementation_->backend->info().asynchronous ? 2 : 1;
  std::uint64_t begun = 0;
  bool going_on = true;
  while (step.replays_pending() > 0 || (going_on && begun < epochs)) {
    while (going_on && begun < epochs && step.replays_pending() < ahead) {
      begun += step.run(epochs - begun);
    }
    for (const StepRecord& record : step.take_records()) {
      const StepReport made{record.epoch, objective.values_of(record), record.nonfinite == 0};
      require_finite(made, objective);
      going_on = report(made) && going_on;
    }
  }
}

Checkpoint Trainer::checkpoint(const std::function<bool()>& stop) {
  const CallersDevice restored(config().device);
  Implementation& self = *implementation_;
  const NamedRange range(*self.backend, "checkpoint");
  self.finish_steps();
  Checkpoint made;
  made.metadata = describe_model(self.config, self.trial, self.value_type);
  if (self.schema) made.metadata[schema_name] = schema_json(*self.schema);
  save_scaling(self.scaling, made);
  made.metadata["epoch"] = std::to_string(epoch());
  made.metadata["data"] = self.fingerprint;
  if (self.conditions.size() > 0) made.metadata["conditions"] = self.condition_fingerprint;
  for (const auto& [name, network] : self.networks()) {
    require_finite(*self.backend, *self.queue, *network, name, epoch(), self.objective->remedy());
    save_network(*self.backend, *self.queue, *network, name, made);
  }
  self.conditions.save(made);
  if (self.cells) save_cells(*self.cells, made);
  if (self.traits().fits_codes) self.codes_of_now().save(made);
  self.left_out_of_now(stop).save(made);
  return made;
}

void Trainer::end_here() {
  const CallersDevice restored(config().device);
  implementation_->finish_steps();
  implementation_->config.epochs = epoch();
  implementation_->config.passes = 0.0;
}

void Trainer::restore(const Checkpoint& checkpoint) {
  const CallersDevice restored(config().device);
  Implementation& self = *implementation_;
  require_same(checkpoint, "data", self.fingerprint, "data");
  if (self.conditions.size() > 0) {
    require_same(checkpoint, "conditions", self.condition_fingerprint,
                 self.conditions.groups()    ? "data"
                 : self.conditions.classes() ? "labels"
                                             : "conditions");
  }
  const std::uint64_t steps = metadata_number(checkpoint, "epoch");
  self.finish_steps();
  if (self.cells) require_same_cells(checkpoint, *self.cells, *self.schema);
  for (const auto& [name, network] : self.networks()) {
    load_network(*self.backend, *self.queue, *network, name, checkpoint);
  }

  require_same_scaling(checkpoint, self.scaling);
  self.queue->synchronise();
  self.step->set_steps(steps);
  self.codes = {};
  self.left_out = {};
}

void Trainer::start_from(const Checkpoint& checkpoint) {
  const CallersDevice restored(config().device);
  Implementation& self = *implementation_;
  if (self.cells) require_same_cells(checkpoint, *self.cells, *self.schema);
  if (self.left_out_rows) require_same_folds(checkpoint, self.config, self.fingerprint);
  for (const auto& [name, network] : self.networks()) {
    load_start(*self.backend, *self.queue, *network, name, checkpoint);
  }

  self.queue->synchronise();
}

const Scaling& Trainer::scaling() const { return implementation_->scaling; }

std::vector<double> Trainer::sample_values(std::uint64_t count, std::uint64_t seed,
                                           std::uint64_t run) {
  const CallersDevice restored(config().device);
  Implementation& self = *implementation_;
  require_count(count, self.trial);
  const NamedRange range(*self.backend, "sample");
  if (self.cells) return self.sampled_rows(count, seed, Purpose::sample);
  std::vector<double> all, block;
  all.reserve(count * static_cast<std::size_t>(self.trial.size()));
  SampleRequest request{seed, Purpose::sample, 0, count, ElementType::f32};
  request.mixture = latent_mixture(config());
  if (self.conditions.size() > 0) {
    request.conditions = run > 0 ? self.conditions.shown(run, seed, Purpose::sample)
                                 : self.conditions.drawn(seed, Purpose::sample);
  }
  if (self.traits().fits_codes) {
    request.latents = self.codes_of_now().drawn(seed, Purpose::sample);
  }
  self.sampler_with_weights_of_now().sample(*self.queue, request, [&](ConstMatrixRef part) {
    const std::span numbers(part.as<float>().data, static_cast<std::size_t>(part.size()));
    self.scaling.decode(numbers, self.trial.size(), block);
    all.insert(all.end(), block.begin(), block.end());
  });
  return all;
}

std::vector<float> Trainer::sample(std::uint64_t count, std::uint64_t seed, std::uint64_t run) {
  const std::vector<double> values = sample_values(count, seed, run);
  return {values.begin(), values.end()};
}

std::vector<std::uint8_t> Trainer::preview(std::uint64_t count, std::uint64_t columns) {
  const CallersDevice restored(config().device);
  Implementation& self = *implementation_;
  require_count(count, self.trial);
  if (self.cells) {
    refuse_setting("preview", "rows of a table as bytes", "trials of bytes", "ask for sample");
  }
  const NamedRange range(*self.backend, "preview");
  std::vector<std::uint8_t> all;
  SampleRequest request{config().seed, Purpose::preview, 0, count, ElementType::u8};
  request.mixture = latent_mixture(config());
  if (self.conditions.size() > 0) {
    request.conditions = self.conditions.shown(columns, request.seed, request.purpose);
  }
  if (self.traits().fits_codes) {
    request.latents = self.codes_of_now().drawn(request.seed, request.purpose);
  }
  self.sampler_with_weights_of_now().sample(*self.queue, request, [&](ConstMatrixRef part) {
    const std::uint8_t* pixels = part.as<std::uint8_t>().data;
    all.insert(all.end(), pixels, pixels + part.size());
  });
  return all;
}

// The device is idle when a profiler is started and stopped, and what timing needs is recorded by
// then.
void Trainer::set_profiling(bool on) {
  const CallersDevice restored(config().device);
  Implementation& self = *implementation_;
  if (on == self.profiling) return;
  self.finish_steps();
  if (!on) self.backend->stop_profiler();
  self.step->set_timing(on);
  if (on) self.backend->start_profiler();
  self.profiling = on;
}

std::vector<PhaseTime> Trainer::take_profile() {
  const CallersDevice restored(config().device);
  return implementation_->step->take_phases();
}

}  // namespace vgan
