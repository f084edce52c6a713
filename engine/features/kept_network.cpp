#include "engine/features/kept_network.hpp"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/checkpoint/checkpoint_tensors.hpp"
#include "engine/checkpoint/safetensors.hpp"
#include "engine/features/label_counts.hpp"

namespace vgan {
namespace {

// Older files are trained anew where layers, training or what is in the file have changed.
constexpr const char* format = "1";

constexpr const char* labels_tensor = "labels";

[[noreturn]] void refuse(const std::string& where, const std::string& found,
                         const std::string& allowed) {
  throw Error(ErrorCode::bad_data, {"cannot use kept features", where, found, allowed, ""});
}

std::string checksum_of(const std::map<std::string, CheckpointTensor>& tensors) {
  unsigned long sum = crc32_z(0, nullptr, 0);
  for (const auto& [name, tensor] : tensors) {
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(name.data()), name.size());
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(tensor.bytes.data()), tensor.bytes.size());
  }
  return std::to_string(sum);
}

/// The file's metadata, whose numbers are finite.
class Metadata {
 public:
  Metadata(const std::map<std::string, std::string>& values, const std::string& file)
      : values_(values), file_(file) {}

  bool is(const std::string& key, const std::string& value) const {
    const auto found = values_.find(key);
    return found != values_.end() && found->second == value;
  }
  const std::string& text(const std::string& key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) refuse(file_, "no " + key, "one");
    return found->second;
  }
  double number(const std::string& key) const {
    const std::optional<double> value = read_number<double>(text(key));
    if (!value || !std::isfinite(*value)) {
      refuse(file_ + ", " + key, shortened(text(key)), "a finite number");
    }
    return *value;
  }
  double above_zero(const std::string& key) const {
    const double value = number(key);
    if (!(value > 0.0)) refuse(file_ + ", " + key, text(key), "a number above 0");
    return value;
  }

 private:
  const std::map<std::string, std::string>& values_;
  std::string file_;
};

// The classes of a classifier, ascending; sizes its last layer.
std::vector<std::int32_t> labels_in(const SafetensorsReader& file, const std::string& where) {
  const auto found = file.header().tensors.find(labels_tensor);
  if (found == file.header().tensors.end()) refuse(where, "no labels", "those of its classes");
  const TensorInfo& info = found->second;
  if (info.type != TensorType::i32 || info.shape.size() != 1) {
    refuse(where + ", tensor labels", type_text(info.type, info.shape), "I32 [classes]");
  }
  const std::vector<std::byte> bytes = file.read(labels_tensor);
  std::vector<std::int32_t> labels(bytes.size() / sizeof(std::int32_t));
  if (!labels.empty()) std::memcpy(labels.data(), bytes.data(), bytes.size());
  const bool ascending =
      std::adjacent_find(labels.begin(), labels.end(), std::greater_equal<>()) == labels.end();
  if (labels.size() < 2 || labels.size() > LabelCounts::most_labels || !ascending) {
    refuse(where + ", tensor labels", counted(labels.size(), "label") + " in some order",
           "2 to 1000 in ascending order");
  }
  return labels;
}

// The tensors of the network's layers, each of its shape and finite throughout.
void read_weights(const SafetensorsReader& file, const std::string& where,
                  FeatureNetwork& network) {
  const std::vector<nn::LayerSpec> layers = network.layers().layers;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    for (const nn::TensorSpec& spec : nn::tensors_of(layers[l])) {
      const std::string name =
          std::string(feature_tensors) + "." + std::to_string(l) + "." + spec.name;
      const auto found = file.header().tensors.find(name);
      const std::string wanted = type_text(TensorType::f32, spec.shape);
      if (found == file.header().tensors.end()) refuse(where + ", tensor " + name, "none", wanted);
      const TensorInfo& info = found->second;
      if (info.type != TensorType::f32 || info.shape != spec.shape) {
        refuse(where + ", tensor " + name, type_text(info.type, info.shape), wanted);
      }
      const std::vector<float> values = file.read_f32(name);
      if (!all_finite(values)) refuse(where + ", tensor " + name, "NaN or Inf", "finite numbers");
      network.weights.tensors[name] = tensor_of(spec.shape, values);
    }
  }
}

KeptNetwork read_kept(const SafetensorsReader& file, const Metadata& metadata,
                      const TrialShape& shape, const std::string& where) {
  KeptNetwork kept;
  kept.network.shape = shape;
  const bool classifies = metadata.is("features.kind", to_text(FeatureKind::classifier));
  if (!classifies && !metadata.is("features.kind", to_text(FeatureKind::autoencoder))) {
    refuse(where + ", features.kind", shortened(metadata.text("features.kind")),
           "classifier or autoencoder");
  }
  kept.network.kind = classifies ? FeatureKind::classifier : FeatureKind::autoencoder;
  if (classifies) kept.network.labels = labels_in(file, where);
  kept.network.input = {metadata.number("features.mean"),
                        metadata.above_zero("features.deviation")};
  kept.network.unit = metadata.above_zero("features.unit");
  kept.reason = metadata.text("features.reason");
  read_weights(file, where, kept.network);
  if (!metadata.is("features.crc32", checksum_of(kept.network.weights.tensors))) {
    refuse(where, "weights of another checksum", metadata.text("features.crc32"));
  }
  return kept;
}

}  // namespace

std::string trained_on(const Trials& training) {
  return training.fingerprint() +
         (training.labels.empty() ? "" : "-" + training.labels_fingerprint());
}

std::optional<KeptNetwork> load_kept(const std::filesystem::path& file,
                                     const std::string& fingerprint, const TrialShape& shape,
                                     std::string* damage) {
  std::error_code unreachable;
  if (!std::filesystem::exists(file, unreachable) && !unreachable) return std::nullopt;
  try {
    const SafetensorsReader reader = SafetensorsReader::open(file);
    const Metadata metadata(reader.header().metadata, file.string());
    metadata.text("features.format");
    if (!metadata.is("features.format", format)) return std::nullopt;
    if (!metadata.is("features.data", fingerprint)) return std::nullopt;
    return read_kept(reader, metadata, shape, file.string());
  } catch (const Error& error) {
    *damage = error.what();
    return std::nullopt;
  }
}

void save_kept(const std::filesystem::path& file, const std::string& fingerprint,
               const NetworkSpace& space, const std::string& reason) {
  const FeatureNetwork& network = space.network();
  std::map<std::string, std::string> metadata{
      {"features.format", format},
      {"features.data", fingerprint},
      {"features.kind", to_text(network.kind)},
      {"features.layers", nn::layers_text(network.layers().layers)},
      {"features.mean", exact_text(network.input.mean)},
      {"features.deviation", exact_text(network.input.deviation)},
      {"features.unit", exact_text(network.unit)},
      {"features.held_out", std::to_string(space.held_out().trials)},
      {"features.share", exact_text(space.held_out().share)},
      {"features.text", space.text()},
      {"features.reason", reason},
      {"features.crc32", checksum_of(network.weights.tensors)}};
  std::map<std::string, TensorSpan> tensors;
  for (const auto& [name, tensor] : network.weights.tensors) {
    tensors[name] = {tensor.type, tensor.shape, tensor.bytes};
  }
  if (network.kind == FeatureKind::classifier) {
    tensors[labels_tensor] = {TensorType::i32,
                              {static_cast<std::int64_t>(network.labels.size())},
                              std::as_bytes(std::span(network.labels))};
  }
  write_safetensors(file, metadata, tensors);
}

}  // namespace vgan
