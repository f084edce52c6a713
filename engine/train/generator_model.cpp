#include "engine/train/generator_model.hpp"

#include <cmath>

#include "engine/error.hpp"
#include "engine/number_text.hpp"
#include "engine/train/refuse_setting.hpp"
#include "engine/train/saved_config.hpp"
#include "engine/train/state_tensors.hpp"
#include "engine/version.hpp"

namespace vgan {
namespace {

// Nine digits tell any two floats apart.
std::string exact(float value) { return general_text(static_cast<double>(value), 9); }

[[noreturn]] void refuse(const std::string& key, const std::string& found,
                         const std::string& allowed) {
  throw Error(ErrorCode::bad_data, {"cannot use a checkpoint", "metadata '" + key + "'", found,
                                    allowed, "use a checkpoint that vgan wrote"});
}

float metadata_float(const Checkpoint& checkpoint, const std::string& key) {
  const std::string text = metadata_value(checkpoint, key);
  const auto value = read_number<float>(text);
  if (!value || !std::isfinite(*value)) refuse(key, "'" + text + "'", "a number");
  return *value;
}

// Samples are right only from the noise that G was trained with.
void require_known_noise(const TrainConfig& config, const std::string& text) {
  if (!config.is_gan() || config.latent_mixture == 1) return;
  if (config.latent_mixture == 0) refuse("config", "latent-mixture = 0", "1 or more, once trained");
  if (text.find("latent-deviation") == std::string::npos) {
    refuse("config", "a latent-mixture without latent-deviation, of an earlier build", "both");
  }
}

struct Networks {
  std::vector<nn::LayerSpec> generator, second;
};

// What cannot be built from the file's own config is the file's fault.
Networks networks_of(const GeneratorModel& model, const std::string& origin) {
  const TrialShape shape = model.shape();
  const std::int64_t conditions = model.conditions.size();
  try {
    return {generator_layers(model.config, shape, conditions),
            model.config.is_gan() ? discriminator_layers(model.config, shape, conditions)
                                  : encoder_layers(model.config, shape)};
  } catch (const Error& error) {
    throw Error(ErrorCode::bad_data,
                {"cannot use a checkpoint", origin + ", its config", error.what(), "", ""});
  }
}

}  // namespace

Precision choose_precision(const std::string& precision, const DeviceInfo& device) {
  require_precision(precision);
  if (precision == "fp32") return Precision::fp32;
  if (precision == "bf16") return Precision::bf16;
  if (precision == "tf32") {
    if (device.tf32) return Precision::tf32;
    refuse_setting("precision", "tf32 on " + device.name, "fp32, bf16 or auto on this device");
  }
  return device.fast_bf16 ? Precision::bf16 : Precision::fp32;
}

std::map<std::string, std::string> describe_model(const TrainConfig& config, std::int64_t height,
                                                  std::int64_t width, const OutputRange& range,
                                                  std::int64_t channels) {
  std::map<std::string, std::string> metadata = {
      {"model", config.model},
      {"config", saved_config(config)},
      {"trial.height", std::to_string(height)},
      {"trial.width", std::to_string(width)},
      {"trial.type", range.from_u8 ? "u8" : "f32"},
      {"trial.low", exact(range.low)},
      {"trial.high", exact(range.high)},
      {"vgan", std::string(build::version) + " " + std::string(build::git_commit)},
      {"onednn", std::string(build::onednn_version)}};
  if (channels > 1) metadata["trial.channels"] = std::to_string(channels);
  return metadata;
}

std::string metadata_value(const Checkpoint& checkpoint, const std::string& key) {
  const auto found = checkpoint.metadata.find(key);
  if (found == checkpoint.metadata.end()) refuse(key, "none", "an entry");
  return found->second;
}

std::uint64_t metadata_number(const Checkpoint& checkpoint, const std::string& key) {
  const std::string text = metadata_value(checkpoint, key);
  const auto value = read_number<std::uint64_t>(text);
  if (!value) refuse(key, "'" + text + "'", "a whole number");
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
  if (kind != model.config.model) refuse("model", "'" + kind + "'", model.config.model);
  require_known_noise(model.config, checkpoint.metadata.at("config"));
  constexpr std::uint64_t largest = 1 << 20;
  constexpr std::uint64_t most_values = std::uint64_t{1} << 40;
  const std::uint64_t height = metadata_number(checkpoint, "trial.height");
  const std::uint64_t width = metadata_number(checkpoint, "trial.width");
  if (height < 1 || height > largest || width < 1 || width > largest) {
    refuse("trial.height, trial.width", std::to_string(height) + " x " + std::to_string(width),
           "1 to 2^20 each");
  }
  model.height = static_cast<std::int64_t>(height);
  model.width = static_cast<std::int64_t>(width);
  if (checkpoint.metadata.contains("trial.channels")) {
    const std::uint64_t channels = metadata_number(checkpoint, "trial.channels");
    if (channels < 1 || channels > most_values / (height * width)) {
      refuse("trial.channels",
             std::to_string(channels) + ", of " + std::to_string(height) + " x " +
                 std::to_string(width) + " values",
             "1 or more, up to 2^40 values in all");
    }
    model.channels = static_cast<std::int64_t>(channels);
  }
  const std::string type = metadata_value(checkpoint, "trial.type");
  if (type != "u8" && type != "f32") refuse("trial.type", "'" + type + "'", "u8, f32");
  model.range = {output_activation(model.config.output), metadata_float(checkpoint, "trial.low"),
                 metadata_float(checkpoint, "trial.high"), type == "u8"};
  if (!(model.range.low < model.range.high) || !std::isfinite(model.range.high - model.range.low)) {
    refuse("trial.low, trial.high", exact(model.range.low) + " to " + exact(model.range.high),
           "low below high, a finite span");
  }
  model.epoch = metadata_number(checkpoint, "epoch");
  if (model.epoch > 1ULL << 50) refuse("epoch", std::to_string(model.epoch), "up to 2^50");
  model.averaged = model.config.ema > 0.0;
  model.conditions = ConditionModel::load(checkpoint, origin);
  const bool conditional = model.config.conditional || !model.config.conditions.empty();
  if (conditional != (model.conditions.size() > 0) ||
      model.config.conditional != model.conditions.classes()) {
    refuse("config", conditional ? "a model with conditions" : "a model without conditions",
           "what the file's tensors hold");
  }
  const bool gan = model.config.is_gan();
  const auto layers = networks_of(model, origin);
  check_network(layers.generator, "g", model.averaged, checkpoint, origin);
  check_network(layers.second, gan ? "d" : "e", model.averaged && !gan, checkpoint, origin);
  if (model.config.model == "ae") {
    model.codes =
        CodeModel::load(checkpoint, model.config.latent_mixture, model.config.latent, origin);
  }
  return model;
}

}  // namespace vgan
