#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/checkpoint/checkpoint.hpp"
#include "engine/generate/generate.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/run/run_record.hpp"

namespace vgan {
namespace {

std::string shape_of(const CheckpointTensor& tensor) {
  std::string text = "[";
  for (const std::int64_t extent : tensor.shape) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  }
  return text + "]";
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

// What a file says may hold control characters; a terminal must not see them.
std::string printable_lines(const std::string& text) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    shown += printable(text.substr(at, end - at)) + (end < text.size() ? "\n" : "");
    at = end + 1;
  }
  return shown;
}

std::string range_of(const CheckpointTensor& tensor) {
  if (tensor.type != TensorType::f32 || tensor.bytes.empty()) return "";
  double sum = 0.0;
  double squares = 0.0;
  const std::size_t count = tensor.bytes.size() / sizeof(float);
  for (std::size_t i = 0; i < count; ++i) {
    float value = 0.0F;
    std::memcpy(&value, tensor.bytes.data() + i * sizeof(float), sizeof(float));
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const double mean = sum / static_cast<double>(count);
  const double variance = squares / static_cast<double>(count) - mean * mean;
  return (std::signbit(mean) ? "mean " : "mean +") + scientific_text(mean, 3) + "  sd " +
         scientific_text(std::sqrt(std::fmax(variance, 0.0)), 3);
}

}  // namespace

std::string describe_checkpoint(const std::filesystem::path& run_or_file, WhichCheckpoint which) {
  const LoadedCheckpoint loaded = load_chosen(run_or_file, which);
  const Checkpoint& checkpoint = loaded.checkpoint;
  const GeneratorModel model = read_model(checkpoint, loaded.file.string());
  std::string text;
  for (const std::string& line : loaded.skipped) text += "passed over   " + line + "\n";
  const auto fact = [&](const char* name, const std::string& value) {
    char label[24];
    std::snprintf(label, sizeof(label), "%-14s", name);
    text += label + value + "\n";
  };
  fact("file", loaded.file.string());
  fact("epoch", std::to_string(model.epoch));
  fact("which", loaded.chosen);
  if (const auto quality = quality_of(checkpoint.metadata)) {
    fact("quality", quality_text(*quality) + ", the lower the better");
  }
  fact("trials",
       std::string(info_of(model.shape.kind).plural) + " of " + extents_text(model.shape));
  if (model.schema) {
    fact("table", counted(model.schema->columns.size(), "column") + ", " +
                      dialect_text(model.schema->dialect));
  }
  for (const CurveScores& curve :
       model.cells ? model.cells->curves() : std::vector<CurveScores>{}) {
    fact("curve",
         curve_text(curve, *model.schema) + ", by " + counted(curve.size(), "principal component"));
  }
  fact("numbers", std::string(info_of(model.type).name) + ", " + model.scaling.text());
  fact("written by", "vgan " + metadata_value(checkpoint, "vgan"));
  fact("data", "fingerprint " + metadata_value(checkpoint, "data"));
  const RunRecord record = RunRecord::load(checkpoint, loaded.file.string());
  if (record.origin) {
    fact("weights from",
         record.origin->file + " (epoch " + std::to_string(record.origin->epoch) + ")");
  }
  for (const RunRecord::Change& change : record.changes) {
    fact("changed",
         "after epoch " + std::to_string(change.epoch) + ": " + change_text(change.setting));
  }
  for (const RunRecord::Rollback& one : record.rollbacks) {
    fact("rolled back", "after epoch " + std::to_string(one.epoch) + " to epoch " +
                            std::to_string(one.to) + ", at half the rates");
  }
  const std::string networks = model.config.folds > 0
                                   ? std::to_string(model.config.folds) +
                                         " networks, each trained without a part of the rows: "
                                   : "";
  fact("samples from", networks + (model.averaged ? "the averaged G (g_ema)" : "G as trained (g)"));
  if (!model.left_out.empty()) {
    fact("intervals by", model.left_out.rows() > 0
                             ? counted(model.left_out.rows(), "row") + " that were left out"
                             : "the networks alone: rows left out have not been judged");
  }
  if (model.conditions.groups()) {
    fact("conditions", std::to_string(model.conditions.size()) + " groups of alike trials");
  } else if (model.conditions.classes()) {
    fact("classes", model.conditions.known_text());
  } else if (model.conditions.size() > 0) {
    fact("conditions", std::to_string(model.conditions.size()) +
                           " numbers, standardised by those of the training trials");
  }
  if (!model.codes.empty()) fact("codes from", model.codes.text());
  fact("checksums", "all " + std::to_string(checkpoint.tensors.size()) + " tensors verified");
  if (model.schema) {
    text += "\nnumbers of a row\n";
    std::size_t number = 0;
    for (const std::string& name : encoded_names(*model.schema)) {
      text += "  " + padded(std::to_string(number++), 5) + printable(name) + "\n";
    }
  }
  text += "\nconfig\n";
  const std::string config = print_config(model.config, false);
  for (std::size_t at = 0; at < config.size();) {
    const std::size_t end = config.find('\n', at);
    text += "  " + config.substr(at, end - at) + "\n";
    at = end + 1;
  }
  text += "\ntensors\n";
  for (const auto& [name, tensor] : checkpoint.tensors) {
    text += "  " + padded(name, 22) + " " + padded(std::string(tensor_type_name(tensor.type)), 4) +
            " " + padded(shape_of(tensor), 14) + " " + range_of(tensor) + "\n";
  }
  return printable_lines(text);
}

}  // namespace vgan
