#include "engine/models/scaling_checkpoint.hpp"

#include <cmath>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/number_text.hpp"
#include "engine/checkpoint/checkpoint_tensors.hpp"

namespace vgan {
namespace {

static_assert(sizeof(Scale) == 4 * sizeof(double));

// Checkpoints of 0.1.0 and before have one range for all floats, and 0 to 255 for bytes.
Scaling read_one_range(const Checkpoint& checkpoint, double network_low) {
  const auto number = [&](const char* key) {
    const std::string text = metadata_value(checkpoint, key);
    const auto value = read_number<double>(text);
    if (!value || !std::isfinite(*value)) refuse_metadata(key, "'" + text + "'", "a number");
    return *value;
  };
  const double low = number("trial.low");
  const double high = number("trial.high");
  if (!(low < high) || !std::isfinite(high - low)) {
    refuse_metadata("trial.low, trial.high", exact_text(low) + " to " + exact_text(high),
                    "low below high, a finite span");
  }
  return Scaling::linear(low, high, network_low);
}

// One curve for each column, from rows of column, value, score, and the first and last score of the
// value.
Scaling read_scores(const CheckpointTensor& tensor, const GeneratorModel& model,
                    const NetworkNumbers& network, std::vector<bool> plain,
                    const std::string& origin) {
  const auto bad = [&](const std::string& what) {
    refuse_tensor(origin, scores_name, what,
                  "F64 [knots, 5]: columns, values and scores that rise, finite, for each column "
                  "of " +
                      std::to_string(model.shape.size()) + " that is no flag");
  };
  const auto columns = static_cast<std::size_t>(model.shape.size());
  if (tensor.type != TensorType::f64 || tensor.shape.size() != 2 || tensor.shape[1] != 5) {
    bad(type_text(tensor.type, tensor.shape));
  }
  std::vector<double> rows(tensor.bytes.size() / sizeof(double));
  // Where all columns stay as they are there is no curve, and no byte.
  if (!rows.empty()) std::memcpy(rows.data(), tensor.bytes.data(), rows.size() * sizeof(double));
  std::vector<std::vector<ScoreCurve::Knot>> knots(columns);
  for (std::size_t i = 0; i + 4 < rows.size(); i += 5) {
    const double column = rows[i];
    if (!(column >= 0.0 && column < static_cast<double>(columns)) || column != std::floor(column)) {
      bad("column " + exact_text(column));
    }
    std::vector<ScoreCurve::Knot>& of = knots[static_cast<std::size_t>(column)];
    const ScoreCurve::Knot knot{rows[i + 1], rows[i + 2], rows[i + 3], rows[i + 4]};
    const bool rises = of.empty() || (of.back().value < knot.value && of.back().to < knot.from);
    const bool finite = std::isfinite(knot.value) && std::isfinite(knot.from) &&
                        std::isfinite(knot.to) && knot.from <= knot.score && knot.score <= knot.to;
    if (!finite || !rises) bad("another knot");
    of.push_back(knot);
  }
  std::vector<ScoreCurve> curves;
  for (std::size_t j = 0; j < columns; ++j) {
    if (knots[j].empty() != (!plain.empty() && plain[j])) {
      bad("column " + std::to_string(j) + (knots[j].empty() ? " without a curve" : " with one"));
    }
    curves.emplace_back(std::move(knots[j]));
  }
  return {std::move(curves), network, std::move(plain)};
}

}  // namespace

Scaling read_scaling(const Checkpoint& checkpoint, const GeneratorModel& model,
                     Activation activation, const std::string& origin) {
  const auto network_low = static_cast<double>(OutputRange::of_network(activation).low);
  std::vector<bool> plain;
  if (model.schema) plain = plain_columns(*model.schema);
  const auto scores = checkpoint.tensors.find(scores_name);
  if (scores != checkpoint.tensors.end()) {
    return read_scores(scores->second, model, {network_low, activation != Activation::identity},
                       std::move(plain), origin);
  }
  const auto found = checkpoint.tensors.find(scaling_name);
  if (found == checkpoint.tensors.end()) {
    if (model.type == ValueType::u8) return {};
    return read_one_range(checkpoint, network_low);
  }
  const CheckpointTensor& tensor = found->second;
  const auto bad = [&](const std::string& what) {
    refuse_tensor(origin, scaling_name, what,
                  "F64 [1 or " + std::to_string(model.shape.size()) +
                      ", 4]: rising finite numbers, the middle two apart unless all are one");
  };
  const bool right_shape = tensor.shape.size() == 2 && tensor.shape[1] == 4 &&
                           (tensor.shape[0] == 1 || tensor.shape[0] == model.shape.size());
  if (tensor.type != TensorType::f64 || !right_shape ||
      tensor.bytes.size() != static_cast<std::size_t>(tensor.shape[0]) * sizeof(Scale)) {
    bad(type_text(tensor.type, tensor.shape));
  }
  std::vector<Scale> scales(static_cast<std::size_t>(tensor.shape[0]));
  std::memcpy(scales.data(), tensor.bytes.data(), tensor.bytes.size());
  for (const Scale& scale : scales) {
    const bool rises = scale.low <= scale.bulk_low && scale.bulk_low < scale.bulk_high &&
                       scale.bulk_high <= scale.high && std::isfinite(scale.high - scale.low);
    const bool constant = std::isfinite(scale.low) && scale.low == scale.bulk_low &&
                          scale.low == scale.bulk_high && scale.low == scale.high;
    if (!rises && !constant) bad("another scale");
  }
  return {std::move(scales), network_low, std::move(plain)};
}

void save_scaling(const Scaling& scaling, Checkpoint& checkpoint) {
  if (scaling.bytes()) return;
  if (!scaling.curves().empty()) {
    std::vector<double> rows;
    for (std::size_t j = 0; j < scaling.curves().size(); ++j) {
      for (const ScoreCurve::Knot& knot : scaling.curves()[j].knots()) {
        rows.insert(rows.end(),
                    {static_cast<double>(j), knot.value, knot.score, knot.from, knot.to});
      }
    }
    const auto bytes = std::as_bytes(std::span(rows));
    checkpoint.tensors[scores_name] = {TensorType::f64,
                                       {static_cast<std::int64_t>(rows.size() / 5), 5},
                                       {bytes.begin(), bytes.end()}};
    return;
  }
  CheckpointTensor tensor{
      TensorType::f64, {static_cast<std::int64_t>(scaling.scales().size()), 4}, {}};
  for (const Scale& scale : scaling.scales()) {
    const auto bytes = std::as_bytes(std::span(&scale, 1));
    tensor.bytes.insert(tensor.bytes.end(), bytes.begin(), bytes.end());
  }
  checkpoint.tensors[scaling_name] = std::move(tensor);
}

}  // namespace vgan
