// What trainer and generate share: how a config becomes a generator, and how a checkpoint says so.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/schema.hpp"
#include "engine/device/backend.hpp"
#include "engine/encode/cell_layout.hpp"
#include "engine/encode/output_range.hpp"
#include "engine/encode/scaling.hpp"

#include "engine/encode/table_heads.hpp"
#include "engine/models/architecture.hpp"
#include "engine/models/codes.hpp"
#include "engine/models/conditions.hpp"
#include "engine/models/left_out.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// `automatic` is bf16 where the device has matrix units for it, else fp32. Throws bad_config for a
/// precision that the device cannot compute in.
Precision choose_precision(PrecisionKind precision, const DeviceInfo& device);
/// What a model over cells draws rows in where `precision` is asked for: `automatic` is fp32, and
/// fp32 and tf32 are themselves. Throws bad_config for bf16.
PrecisionKind precision_over_cells(PrecisionKind precision);
/// Likewise for training, where the CPU takes bf16 too.
PrecisionKind training_precision_over_cells(PrecisionKind precision, const DeviceInfo& device);
/// The setting that names it.
PrecisionKind kind_of(Precision precision);

/// What the schema of a table is saved as, in a checkpoint's metadata.
inline constexpr const char* schema_name = "schema";

/// The metadata from which `read_model` builds the same generator. One channel goes without saying,
/// and that trials are images.
std::map<std::string, std::string> describe_model(const TrainConfig& config,
                                                  const TrialShape& trial, ValueType type);

struct GeneratorModel {
  TrainConfig config;
  TrialShape shape;
  std::optional<Schema> schema;  ///< of a model of a table's rows
  ConditionModel conditions;
  CodeModel codes;                  ///< of a model "ae": what samples are drawn from
  ValueType type = ValueType::u8;   ///< of the data's file
  OutputRange range;                ///< what a sampler hands out
  std::vector<Head> heads;          ///< of rows of a table: what G's outputs are; else empty
  Scaling scaling;                  ///< what that stands for
  std::optional<TableCells> cells;  ///< of a model over cells: its columns
  LeftOut left_out;                 ///< of such a model with folds; else empty
  std::uint64_t epoch = 0;
  bool averaged = false;  ///< the checkpoint holds an EMA of G
};

/// The layers of the network that makes samples of the model.
std::vector<nn::LayerSpec> sampled_layers(const GeneratorModel& model);

/// Throws bad_data where the metadata do not describe a generator, or where a tensor is missing or
/// has another shape than the described networks: nothing is allocated for a model that the file
/// does not hold.
GeneratorModel read_model(const Checkpoint& checkpoint, const std::string& origin);

/// Throws bad_data: the checkpoint has `found` as its metadata `key`.
[[noreturn]] void refuse_metadata(const std::string& key, const std::string& found,
                                  const std::string& allowed);
/// A metadata entry; throws bad_data where it is missing, or no number.
std::string metadata_value(const Checkpoint& checkpoint, const std::string& key);
std::uint64_t metadata_number(const Checkpoint& checkpoint, const std::string& key);

/// Throws bad_data unless the checkpoint has `fingerprint` as its metadata `key`. `name` is that of
/// the flag that names the data.
void require_same(const Checkpoint& checkpoint, const std::string& key,
                  const std::string& fingerprint, const std::string& name);

}  // namespace vgan
