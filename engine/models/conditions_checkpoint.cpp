// What a checkpoint keeps of conditions.
#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "engine/base/error.hpp"
#include "engine/base/json_text.hpp"
#include "engine/base/number_text.hpp"
#include "engine/checkpoint/checkpoint_tensors.hpp"
#include "engine/models/conditions.hpp"

namespace vgan {
namespace {

constexpr const char* shares_name = "conditions.shares";
constexpr const char* rows_name = "conditions.rows";
constexpr const char* mean_name = "conditions.mean";
constexpr const char* deviation_name = "conditions.deviation";
constexpr const char* groups_key = "conditions.groups";  // metadata: there where classes are groups
constexpr const char* names_key = "conditions.names";    // metadata: a JSON list of strings

// The names of `classes` classes, or none where none were kept.
std::vector<std::string> load_names(const Checkpoint& checkpoint, std::int64_t classes,
                                    const std::string& origin) {
  const auto found = checkpoint.metadata.find(names_key);
  if (found == checkpoint.metadata.end()) return {};
  const auto list = read_json(found->second);
  bool valid = list.is_array() && list.size() == static_cast<std::size_t>(classes);
  for (std::size_t i = 0; valid && i < list.size(); ++i) valid = list[i].is_string();
  if (valid) return list.get<std::vector<std::string>>();
  throw Error(ErrorCode::bad_data,
              {"cannot use a checkpoint", origin + ", metadata '" + names_key + "'",
               "another thing", "a list of " + std::to_string(classes) + " names", ""});
}

}  // namespace

void ConditionModel::save(Checkpoint& checkpoint) const {
  if (size_ == 0) return;
  if (classes_) {
    checkpoint.tensors[shares_name] = tensor_of({size_}, values_);
    if (groups_) checkpoint.metadata[groups_key] = "k-means";
    if (!names_.empty()) checkpoint.metadata[names_key] = nlohmann::json(names_).dump();
    return;
  }
  checkpoint.tensors[rows_name] = tensor_of({rows(), size_}, values_);
  checkpoint.tensors[mean_name] = tensor_of({size_}, mean_);
  checkpoint.tensors[deviation_name] = tensor_of({size_}, deviation_);
}

ConditionModel ConditionModel::load(const Checkpoint& checkpoint, const std::string& origin) {
  ConditionModel made;
  const auto shares = checkpoint.tensors.find(shares_name);
  const auto rows = checkpoint.tensors.find(rows_name);
  made.classes_ = shares != checkpoint.tensors.end();
  if (!made.classes_ && rows == checkpoint.tensors.end()) return made;
  const bool both = made.classes_ && rows != checkpoint.tensors.end();
  const CheckpointTensor& tensor = (made.classes_ ? shares : rows)->second;
  const std::size_t dimensions = made.classes_ ? 1 : 2;
  const auto bad = [&](const std::string& found) {
    refuse_tensor(origin, made.classes_ ? shares_name : rows_name, found,
                  made.classes_ ? "f32 shares of 1 to 4096 classes, which add up to 1"
                                : "1 to 1024 vectors of 1 to 4096 finite f32 numbers");
  };
  if (both) bad("both shares and vectors");
  if (tensor.type != TensorType::f32 || tensor.shape.size() != dimensions) bad("another shape");
  made.size_ = tensor.shape.back();
  const std::int64_t most = made.classes_ ? most_classes : most_rows;
  if (made.size_ < 1 || made.size_ > most_classes || tensor.shape.front() < 1 ||
      tensor.shape.front() > most) {
    bad("another shape");
  }
  require_bytes(tensor, made.classes_ ? shares_name : rows_name, origin);
  made.values_ = floats_of(tensor);
  if (!all_finite(made.values_)) bad("NaN or Inf");
  if (!made.classes_) {
    made.mean_ = load_floats(checkpoint, mean_name, {made.size_}, origin);
    made.deviation_ = load_floats(checkpoint, deviation_name, {made.size_}, origin);
    if (!std::all_of(made.deviation_.begin(), made.deviation_.end(),
                     [](float deviation) { return deviation > 0.0F; })) {
      refuse_tensor(origin, deviation_name, "a number of 0 or below", "numbers above 0");
    }
    return made;
  }
  double sum = 0.0;
  for (const float share : made.values_) {
    if (share < 0.0F) bad("a share below 0");
    sum += static_cast<double>(share);
  }
  if (std::fabs(sum - 1.0) > 1e-3) bad("shares that add up to " + general_text(sum));
  made.groups_ = checkpoint.metadata.contains(groups_key);
  made.names_ = load_names(checkpoint, made.size_, origin);
  made.note_known();
  return made;
}

}  // namespace vgan
