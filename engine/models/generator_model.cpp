#include "engine/models/generator_model.hpp"

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/checkpoint/checkpoint_tensors.hpp"
#include "engine/models/cells_checkpoint.hpp"
#include "engine/models/fold_plan.hpp"
#include "engine/models/masked_layers.hpp"
#include "engine/models/model_traits.hpp"
#include "engine/models/scaling_checkpoint.hpp"
#include "engine/models/schema_json.hpp"
#include "engine/models/state_tensors.hpp"
#include "engine/settings/saved_config.hpp"
#include "engine/version.hpp"

namespace vgan {
namespace {

// Samples are right only from the noise that G was trained with.
void require_known_noise(const TrainConfig& config, const std::string& text) {
  if (config.model != ModelKind::gan || config.latent_mixture == 1) return;
  if (config.latent_mixture == 0)
    refuse_metadata("config", "latent-mixture = 0", "1 or more, once trained");
  if (text.find("latent-deviation") == std::string::npos) {
    refuse_metadata("config", "a latent-mixture without latent-deviation, of an earlier build",
                    "both");
  }
}

struct Networks {
  std::vector<nn::LayerSpec> generator, second;
};

// What cannot be built from the file's own config is the file's fault.
Networks networks_of(const GeneratorModel& model, const std::string& origin) {
  const TrialShape shape = model.shape;
  const std::int64_t conditions = model.conditions.size();
  try {
    return {sampled_layers(model),
            traits_of(model.config).second_layers(model.config, shape, conditions)};
  } catch (const Error& error) {
    throw Error(ErrorCode::bad_data,
                {"cannot use a checkpoint", origin + ", its config", error.what(), "", ""});
  }
}

// A config that names fewer networks than there are would leave the others unasked.
void require_no_further(const TrainConfig& config, const Checkpoint& checkpoint,
                        const std::string& origin) {
  const std::string further = network_name(network_count(config)) + ".";
  const auto found = checkpoint.tensors.lower_bound(further);
  if (found == checkpoint.tensors.end() || !found->first.starts_with(further)) return;
  refuse_tensor(
      origin, found->first,
      "a network that folds = " + std::to_string(config.folds) + " in its config does not have",
      "the networks of its config");
}

}  // namespace

std::vector<nn::LayerSpec> sampled_layers(const GeneratorModel& model) {
  if (model.cells) {
    const CellLayout layout = CellLayout::of(*model.cells, *model.schema);
    return masked_layers(model.config, layout.features, layout.cells);
  }
  auto layers = generator_layers(model.config, model.shape, model.conditions.size());
  if (!model.heads.empty()) end_in_heads(layers, model.config);
  return layers;
}

Precision choose_precision(PrecisionKind precision, const DeviceInfo& device) {
  switch (precision) {
    case PrecisionKind::fp32: return Precision::fp32;
    case PrecisionKind::bf16: return Precision::bf16;
    case PrecisionKind::tf32:
      if (device.tf32) return Precision::tf32;
      refuse_setting("precision", "tf32 on " + device.name, "fp32, bf16 or auto on this device");
    case PrecisionKind::automatic: break;
  }
  return device.fast_bf16 ? Precision::bf16 : Precision::fp32;
}

PrecisionKind precision_over_cells(PrecisionKind precision) {
  if (precision == PrecisionKind::automatic) return PrecisionKind::fp32;
  if (precision != PrecisionKind::bf16) return precision;
  refuse_setting("precision", "bf16 for rows of a masked model", "auto, fp32, or tf32 on CUDA",
                 "bf16 is for its training, on the CPU");
}

PrecisionKind training_precision_over_cells(PrecisionKind precision, const DeviceInfo& device) {
  if (precision != PrecisionKind::bf16) return precision_over_cells(precision);
  if (device.kind == "cpu") return precision;
  refuse_setting("precision", "bf16 of a masked model on " + device.name,
                 "auto, fp32 or tf32 on this device, or bf16 with --device cpu",
                 "its norms and sums are f32");
}

PrecisionKind kind_of(Precision precision) {
  switch (precision) {
    case Precision::fp32: return PrecisionKind::fp32;
    case Precision::tf32: return PrecisionKind::tf32;
    case Precision::bf16: return PrecisionKind::bf16;
  }
  return PrecisionKind::automatic;
}

std::map<std::string, std::string> describe_model(const TrainConfig& config,
                                                  const TrialShape& trial, ValueType type) {
  std::map<std::string, std::string> metadata = {
      {"model", to_text(config.model)},
      {"config", saved_config(config)},
      {"trial.height", std::to_string(trial.height)},
      {"trial.width", std::to_string(trial.width)},
      {"trial.type", std::string(info_of(type).name)},
      {"vgan", std::string(build::version) + " " + std::string(build::git_commit)},
      {"onednn", std::string(build::onednn_version)}};
  if (trial.channels > 1) metadata["trial.channels"] = std::to_string(trial.channels);
  if (trial.kind != TrialKind::image) {
    metadata["trial.kind"] = std::string(info_of(trial.kind).name);
  }
  return metadata;
}

void refuse_metadata(const std::string& key, const std::string& found, const std::string& allowed) {
  throw Error(ErrorCode::bad_data, {"cannot use a checkpoint", "metadata '" + key + "'", found,
                                    allowed, "use a checkpoint that vgan wrote"});
}

std::string metadata_value(const Checkpoint& checkpoint, const std::string& key) {
  const auto found = checkpoint.metadata.find(key);
  if (found == checkpoint.metadata.end()) refuse_metadata(key, "none", "an entry");
  return found->second;
}

std::uint64_t metadata_number(const Checkpoint& checkpoint, const std::string& key) {
  const std::string text = metadata_value(checkpoint, key);
  const auto value = read_number<std::uint64_t>(text);
  if (!value) refuse_metadata(key, "'" + text + "'", "a whole number");
  return *value;
}

GeneratorModel read_model(const Checkpoint& checkpoint, const std::string& origin) {
  GeneratorModel model;
  const std::string kind = metadata_value(checkpoint, "model");
  try {
    model.config = read_saved_config(metadata_value(checkpoint, "config"), origin + " (config)");
    validate(model.config);
  } catch (const Error& error) {
    throw Error(ErrorCode::bad_data,
                {"cannot use a checkpoint", origin + ", its config", error.what(), "", ""});
  }
  const std::string model_name = to_text(model.config.model);
  if (kind != model_name) refuse_metadata("model", "'" + kind + "'", model_name);
  require_known_noise(model.config, checkpoint.metadata.at("config"));
  constexpr std::uint64_t largest = 1 << 20;
  constexpr std::uint64_t most_values = std::uint64_t{1} << 40;
  const std::uint64_t height = metadata_number(checkpoint, "trial.height");
  const std::uint64_t width = metadata_number(checkpoint, "trial.width");
  if (height < 1 || height > largest || width < 1 || width > largest) {
    refuse_metadata("trial.height, trial.width",
                    std::to_string(height) + " x " + std::to_string(width), "1 to 2^20 each");
  }
  model.shape = {static_cast<std::int64_t>(height), static_cast<std::int64_t>(width)};
  if (checkpoint.metadata.contains("trial.channels")) {
    const std::uint64_t channels = metadata_number(checkpoint, "trial.channels");
    if (channels < 1 || channels > most_values / (height * width)) {
      refuse_metadata("trial.channels",
                      std::to_string(channels) + ", of " + std::to_string(height) + " x " +
                          std::to_string(width) + " values",
                      "1 or more, up to 2^40 values in all");
    }
    model.shape.channels = static_cast<std::int64_t>(channels);
  }
  if (checkpoint.metadata.contains("trial.kind")) {  // else of a build that knew images alone
    const std::string name = metadata_value(checkpoint, "trial.kind");
    const auto trial = trial_kind_named(name);
    if (!trial) refuse_metadata("trial.kind", "'" + name + "'", "image, curve or row");
    if (*trial != TrialKind::image && height != 1) {
      refuse_metadata("trial.kind", "'" + name + "' of a height of " + std::to_string(height),
                      "a height of 1");
    }
    model.shape.kind = *trial;
  }
  if (const auto saved = checkpoint.metadata.find(schema_name);
      saved != checkpoint.metadata.end()) {
    model.schema = read_schema(saved->second, origin);
    const std::int64_t numbers = model.schema->encoded_size();
    if (model.shape.kind != TrialKind::row || numbers != model.shape.size()) {
      refuse_metadata(schema_name, counted(numbers, "number") + " a row",
                      std::to_string(model.shape.size()) + ", as a trial has");
    }
  }
  const std::string type = metadata_value(checkpoint, "trial.type");
  const auto known_type = value_type_named(type);
  if (!known_type)
    refuse_metadata("trial.type", "'" + type + "'", "a type of numbers, such as u8 or f32");
  model.type = *known_type;
  if (model.schema) model.heads = heads_of(*model.schema);
  const Activation activation = output_activation(model.config.output);
  model.scaling = read_scaling(checkpoint, model, activation, origin);
  model.range = model.scaling.bytes() ? OutputRange{activation, 0.0F, 255.0F, true}
                                      : OutputRange::of_network(activation);
  model.epoch = metadata_number(checkpoint, "epoch");
  if (model.epoch > 1ULL << 50) refuse_metadata("epoch", std::to_string(model.epoch), "up to 2^50");
  model.averaged = model.config.ema > 0.0;
  model.conditions = ConditionModel::load(checkpoint, origin);
  const bool groups = model.conditions.groups() && model.config.groups() > 0;
  const bool conditional = model.config.conditional || !model.config.conditions.empty() || groups;
  if (conditional != (model.conditions.size() > 0) ||
      (model.config.conditional || groups) != model.conditions.classes()) {
    refuse_metadata("config",
                    conditional ? "a model with conditions" : "a model without conditions",
                    "what the file's tensors hold");
  }
  const ModelTraits& traits = traits_of(model.config);
  if (traits.over_cells) {
    if (!model.schema)
      refuse_metadata(schema_name, "none", "that of a table, whose columns the model has");
    if (model.config.g_layers.empty())
      refuse_metadata("config", "no g-layers", "those of a trained model");
    model.cells = read_cells(checkpoint, *model.schema, origin);
  }
  const auto layers = networks_of(model, origin);
  for (const std::string& name : network_names(model.config)) {
    check_network(layers.generator, name, model.averaged, checkpoint, origin);
  }
  require_no_further(model.config, checkpoint, origin);
  if (model.config.folds > 0) {
    model.left_out = LeftOut::load(checkpoint, model.cells->columns().size(), origin);
  }
  if (traits.second != nullptr) {
    check_network(layers.second, traits.stem, model.averaged && traits.averages_second, checkpoint,
                  origin);
  }
  if (traits.fits_codes) {
    model.codes =
        CodeModel::load(checkpoint, model.config.latent_mixture, model.config.latent, origin);
  }
  return model;
}

void require_same(const Checkpoint& checkpoint, const std::string& key,
                  const std::string& fingerprint, const std::string& name) {
  const std::string saved = metadata_value(checkpoint, key);
  if (saved == fingerprint) return;
  throw Error(ErrorCode::bad_data,
              {"cannot resume on other " + name, name + " fingerprint", fingerprint,
               saved + ", as the run was started on", "give the same --" + name});
}

}  // namespace vgan
