// How a trainer comes to be: settings to networks, memory, data and the step.
#include <algorithm>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/device/devices.hpp"
#include "engine/encode/cell_rows.hpp"
#include "engine/models/masked_layers.hpp"
#include "engine/models/table_curves.hpp"
#include "engine/train/objective_options.hpp"
#include "engine/train/require_memory.hpp"
#include "engine/train/trainer_state.hpp"

namespace vgan {
namespace {

constexpr std::uint64_t generator_id = 0;  // of the stream `initialise`
constexpr std::uint64_t second_id = 1;

// The largest that goes into whole groups of those that D sees together.
std::int64_t largest_batch(const TrainConfig& config, std::int64_t trials) {
  const std::int64_t unit = config.pack * std::max<std::int64_t>(1, config.minibatch_stddev);
  return std::max<std::int64_t>(1, trials / unit) * unit;
}

void require_data(const TrainConfig& config, const Trials& trials) {
  trials.require_consistent();
  if (config.conditions.empty() && trials.condition_size > 0) {
    throw Error(ErrorCode::bad_data,
                {"conditions that nothing would see", trials.source,
                 "conditions of " + std::to_string(trials.condition_size) +
                     " numbers, and the setting conditions empty",
                 "both or neither",
                 "name the conditions in the setting (a file, or any word), or leave them out"});
  }
  if (config.batch > trials.count) {
    refuse_setting(
        "batch", counted(config.batch, "trial"),
        "1 to " + std::to_string(trials.count) + ", the trials to train on of " + trials.source,
        "give --batch " + std::to_string(largest_batch(config, trials.count)) +
            " or less, or more data");
  }
  require_pictures(config, trials.shape);
}

// A fold is there to be left out, and the others to be learnt.
void require_folds(std::int64_t folds, std::int64_t rows) {
  if (folds <= rows) return;
  refuse_setting("folds", std::to_string(folds),
                 "up to " + std::to_string(rows) + ", as there are " + counted(rows, "row"),
                 "each fold leaves out one row or more");
}

// Batch normalisation over a single number would take it for its own mean, and leave nothing of it.
void require_statistics(const std::vector<nn::LayerSpec>& layers, std::int64_t batch) {
  if (batch > 1) return;
  for (const nn::LayerSpec& layer : layers) {
    if (layer.normalised != layer.outputs || layer.normalised == 0) continue;
    refuse_setting("batch", "1, with batch normalisation of a dense layer or of images of 1 x 1",
                   "2 or more, or --norm none", "a number minus its own mean is nothing");
  }
}

// Changes that images are made to would make no rows of a table.
void require_heads(const TrainConfig& config, const std::vector<Head>& heads) {
  if (heads.empty() || augment_words(config.augment).empty()) return;
  refuse_setting("augment", config.augment, "none, for the rows of a table", "leave it out");
}

}  // namespace

Trainer::Implementation::Implementation(const TrainConfig& wanted, const Trials& trials)
    : config(wanted) {
  validate(config);
  require_data(config, trials);
  trial = trials.shape;
  schema = trials.schema;
  if (schema) heads = heads_of(*schema);
  config = resolved(config, trial, !trials.is_u8(), trials.count, schema.has_value());
  require_heads(config, heads);
  backend = open_backend(config.device, static_cast<int>(config.threads));
  choose_precision();

  config.device = backend->info().kind == "cpu" ? "cpu" : config.device;
  config.precision = kind_of(precision);
  config.threads = backend->info().threads;
  choose_scaling(trials);
  count = trials.count;
  data_bytes = static_cast<std::size_t>(count * trial.size()) *
               element_size(scaling.bytes() ? ElementType::u8 : ElementType::f32);
  if (traits().over_cells) {
    TableCurves curves = table_curves(trials);
    cells = TableCells::fit(trials, std::move(curves.scores));
    curve_notes = std::move(curves.notes);
    cell_layout = CellLayout::of(*cells, *schema);
    require_folds(config.folds, count);
    folds = FoldPlan::of(count, config.folds, config.seed);
    if (config.folds > 0) left_out_rows.emplace(folds, trials, *cells, cell_layout, config.seed);
    data_bytes =
        static_cast<std::size_t>(folds.length() * cell_layout.columns()) * sizeof(std::int32_t);
  }
  fingerprint = trials.fingerprint();
  conditions = ConditionModel(config, trials);
  condition_fingerprint = conditions.fingerprint(trials);
  choose_networks();
  memory = plan(config.batch);
  require_memory(memory, backend->info(), config.batch,
                 [this](std::int64_t batch) { return plan(batch); });

  queue = backend->make_queue("main");
  upload_data(trials);
  const nn::ComputeOptions products{precision == Precision::tf32, step_kind.fused,
                                    traits().over_cells && precision == Precision::bf16};
  generator.emplace(*backend, layers.generator, leaky_slope, g_arena, "the generator", products);
  generator->initialise(*queue, config.seed, generator_id);
  StepNetworks moved{&*generator, nullptr, {}};
  for (std::size_t i = 1; cells && i < network_count(config); ++i) {
    further.push_back(std::make_unique<nn::Network>(*backend, layers.generator, leaky_slope,
                                                    g_arena, "a network of an ensemble", products));
    further.back()->initialise(*queue, network_seed(config.seed, i), generator_id);
    moved.further.push_back(further.back().get());
  }
  if (traits().second != nullptr) {
    second.emplace(*backend, layers.second, leaky_slope, second_arena,
                   std::string("the ") + traits().second, products);
    second->initialise(*queue, config.seed, second_id);
    moved.second = &*second;
  }
  queue->synchronise();
  resident = device_trials();
  step = objective->make_step(*backend, moved, resident, step_kind.fused);
}

void Trainer::Implementation::choose_scaling(const Trials& trials) {
  const Activation activation = output_activation(config.output);
  value_type = trials.value_type();
  range = OutputRange::of_network(activation);
  scaling = Scaling::fit(trials, {config.scale, config.range},
                         {static_cast<double>(range.low), activation != Activation::identity});
  if (scaling.bytes()) range = {activation, 0.0F, 255.0F, true};
}

void Trainer::Implementation::choose_precision() {
  if (traits().over_cells) {
    config.precision = training_precision_over_cells(config.precision, backend->info());
  }
  precision = vgan::choose_precision(config.precision, backend->info());
}

void Trainer::Implementation::choose_networks() {
  if (cells) {
    sampled_layers = masked_layers(config, cell_layout.features, cell_layout.cells);
  } else {
    sampled_layers = generator_layers(config, trial, conditions.size());
    if (!heads.empty()) end_in_heads(sampled_layers, config);
  }
  require_statistics(sampled_layers, config.batch);
  objective = make_objective({config, trial, conditions.size(), heads, epochs_of(config, count),
                              cells ? &cell_layout : nullptr});
  layers = objective->layers(sampled_layers);
  const bool bf16 = type() == ElementType::bf16;
  const bool average = config.ema > 0.0;
  g_arena = {.training = true, .average = average, .shadow = bf16};
  second_arena = {.training = true, .average = average && traits().averages_second, .shadow = bf16};
  step_kind = objective->choose(layers, backend->info());
}

void Trainer::Implementation::upload_data(const Trials& trials) {
  data = backend->allocate(data_bytes, "the data set");
  if (cells) {
    const std::vector<std::int32_t> own = encode_cells(*cells, trials);
    const std::int64_t columns = cell_layout.columns();
    std::vector<std::int32_t> rows(static_cast<std::size_t>(folds.length() * columns));
    for (std::int64_t i = 0; i < folds.length(); ++i) {
      std::copy_n(own.begin() + folds.row_at(i) * columns, columns, rows.begin() + i * columns);
    }
    backend->upload(*queue, rows.data(), data_bytes, data.data());
    queue->synchronise();  // before the rows go
  } else if (scaling.bytes()) {
    const auto& pixels = std::get<std::vector<std::uint8_t>>(trials.values);
    backend->upload(*queue, pixels.data(), data_bytes, data.data());
  } else {
    std::vector<float> rows = scaling.encoded(trials);
    clear_missing(heads, rows);
    backend->upload(*queue, rows.data(), data_bytes, data.data());
  }
  queue->synchronise();
  if (conditions.size() == 0) return;
  const std::vector<std::uint8_t> classes = conditions.one_hot(trials);
  const std::vector<float> vectors =
      conditions.classes() ? std::vector<float>{} : conditions.standardised(trials.conditions);
  const void* rows = conditions.classes() ? static_cast<const void*>(classes.data())
                                          : static_cast<const void*>(vectors.data());
  condition_data = backend->allocate(condition_bytes(), "the conditions");
  backend->upload(*queue, rows, condition_bytes(), condition_data.data());
  queue->synchronise();
}

DeviceTrials Trainer::Implementation::device_trials() const {
  DeviceTrials set;
  if (cells) {
    const std::int64_t columns = cell_layout.columns();
    const auto rows = [&](std::int64_t first, std::int64_t size) {
      set.cells.push_back({data.as<std::int32_t>() + first * columns, size, columns, columns});
    };
    if (folds.ends.empty()) rows(0, count);
    for (std::size_t k = 0; k < folds.ends.size(); ++k) rows(folds.ends[k], count - folds.size(k));
    return set;
  }

  set.trials = ConstMatrixRef{data.data(), scaling.bytes() ? ElementType::u8 : ElementType::f32,
                              count, trial.size(), trial.size()};
  if (conditions.size() > 0) {
    set.conditions = ConstMatrixRef{condition_data.data(),
                                    conditions.classes() ? ElementType::u8 : ElementType::f32,
                                    count, conditions.size(), conditions.size()};
  }
  set.scale = range.scale();
  set.offset = range.offset();
  return set;
}

MemoryPlan Trainer::Implementation::plan(std::int64_t batch) const {
  MemoryPlan made;
  const std::size_t several = cells ? network_count(config) : 1;
  made.parts = {{several > 1 ? "networks"
                 : cells     ? "network"
                             : "G",
                 several * nn::Network::bytes(*backend, layers.generator, g_arena)}};
  if (traits().second != nullptr) {
    made.parts.emplace_back(traits().encodes ? "encoder" : "D",
                            nn::Network::bytes(*backend, layers.second, second_arena));
  }
  made.parts.emplace_back("activations", objective->activation_bytes(layers, batch, type()));
  made.parts.emplace_back("data", data_bytes + condition_bytes());
  const std::size_t scratch = objective->scratch_bytes(*backend, layers, batch, type());
  if (scratch > 0) made.parts.emplace_back("products", scratch);
  made.parts.emplace_back("samples",
                          cells ? CellSampler::bytes(*backend, sampled_layers, cell_layout, several)
                                : Sampler::bytes(*backend, sampled_layers, type(), Sampler::small));
  if (traits().encodes) {
    made.parts.emplace_back("reconstructions",
                            Reconstructor::bytes(*backend, config, trial, type(), !heads.empty()));
  }
  for (const auto& [name, bytes] : made.parts) made.total += bytes;
  return made;
}

}  // namespace vgan
