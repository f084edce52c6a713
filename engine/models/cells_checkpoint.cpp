#include "engine/models/cells_checkpoint.hpp"

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "engine/checkpoint/checkpoint_tensors.hpp"

namespace vgan {
namespace {

/// Numbers in turn, of a tensor that may end too early or hold anything.
class Numbers {
 public:
  explicit Numbers(const CheckpointTensor& tensor) : numbers_(f64_numbers(tensor)) {}

  bool sound() const { return sound_; }
  bool at_end() const { return at_ == numbers_.size(); }
  /// A whole number from 0 to `most`.
  std::size_t count(std::size_t most) {
    const double number = next();
    const bool whole =
        number >= 0.0 && number <= static_cast<double>(most) && number == std::floor(number);
    sound_ = sound_ && whole;
    return whole ? static_cast<std::size_t>(number) : 0;
  }
  std::vector<double> list(std::size_t count) {
    sound_ = sound_ && count <= numbers_.size() - at_;
    if (!sound_) return {};
    const auto first = numbers_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ += count;
    return {first, first + static_cast<std::ptrdiff_t>(count)};
  }
  std::size_t left() const { return numbers_.size() - at_; }

 private:
  double next() {
    sound_ = sound_ && at_ < numbers_.size();
    return sound_ ? numbers_[at_++] : 0.0;
  }

  std::vector<double> numbers_;
  std::size_t at_ = 0;
  bool sound_ = true;
};

void put_tensor(const char* name, const std::vector<double>& numbers, Checkpoint& checkpoint) {
  checkpoint.tensors[name] = f64_tensor({static_cast<std::int64_t>(numbers.size())}, numbers);
}

std::vector<double> numbers_of(const std::vector<CurveScores>& curves) {
  std::vector<double> numbers;
  for (const CurveScores& curve : curves) {
    const CurveScores::Saved& saved = curve.saved();
    for (const std::size_t count :
         {curve.first(), curve.count(), curve.size(), saved.residuals.size() / curve.count()}) {
      numbers.push_back(static_cast<double>(count));
    }
    for (const std::vector<double>* list : {&saved.mean, &saved.components, &saved.residuals}) {
      numbers.insert(numbers.end(), list->begin(), list->end());
    }
  }
  return numbers;
}

// The curves of a table's rows; earlier checkpoints have none.
std::vector<CurveScores> read_curves(const Checkpoint& checkpoint, const Schema& schema,
                                     const std::string& origin) {
  std::vector<CurveScores> curves;
  const auto found = checkpoint.tensors.find(curves_name);
  if (found == checkpoint.tensors.end()) return curves;
  const CheckpointTensor& tensor = found->second;
  const auto bad = [&](const std::string& what) {
    refuse_tensor(origin, curves_name, what, "F64 [numbers]: curves of the schema");
  };
  if (tensor.type != TensorType::f64 || tensor.shape.size() != 1) {
    bad(type_text(tensor.type, tensor.shape));
  }
  Numbers numbers(tensor);
  std::size_t behind = 0;  // the last curve
  while (!numbers.at_end()) {
    CurveScores::Saved saved;
    saved.first = numbers.count(static_cast<std::size_t>(schema.encoded_size()));
    const std::size_t count = numbers.count(numbers.left());
    const std::size_t components = numbers.count(count);
    const std::size_t residuals = numbers.count(numbers.left());
    saved.mean = numbers.list(count);
    saved.components = numbers.list(components * count);
    saved.residuals = numbers.list(residuals * count);
    const bool in_turn = saved.first >= behind;
    behind = saved.first + count;
    auto curve = numbers.sound() ? CurveScores::of_saved(std::move(saved)) : std::nullopt;
    if (!curve || !in_turn || !fits_schema(*curve, schema)) {
      bad("curve " + std::to_string(curves.size()) + " that is none");
    }
    curves.push_back(std::move(*curve));
  }
  if (curves.empty()) bad("no curve");
  return curves;
}

}  // namespace

void save_cells(const TableCells& cells, Checkpoint& checkpoint) {
  std::vector<double> numbers;
  const auto add = [&](const auto& list) {
    for (const auto number : list) numbers.push_back(static_cast<double>(number));
  };
  for (const CellColumn& column : cells.columns()) {
    const CellColumn::Saved saved = column.saved();
    add(std::vector<std::size_t>{static_cast<std::size_t>(saved.kind), saved.numeric ? 1U : 0U,
                                 saved.may_be_missing ? 1U : 0U, saved.tied ? 1U : 0U,
                                 saved.values.size(), saved.kept.size(), saved.ends.size()});
    add(saved.values);
    add(saved.shares);
    add(saved.kept);
    add(saved.ends);
  }
  put_tensor(cells_name, numbers, checkpoint);
  if (!cells.curves().empty()) put_tensor(curves_name, numbers_of(cells.curves()), checkpoint);
}

TableCells read_cells(const Checkpoint& checkpoint, const Schema& schema,
                      const std::string& origin) {
  const auto bad = [&](const std::string& what) {
    refuse_tensor(origin, cells_name, what,
                  "F64 [numbers]: the cells of each column of the schema");
  };
  const auto found = checkpoint.tensors.find(cells_name);
  if (found == checkpoint.tensors.end()) bad("none");
  const CheckpointTensor& tensor = found->second;
  if (tensor.type != TensorType::f64 || tensor.shape.size() != 1) {
    bad(type_text(tensor.type, tensor.shape));
  }
  Numbers numbers(tensor);
  std::vector<CurveScores> curves = read_curves(checkpoint, schema, origin);
  std::vector<CellColumn> columns;
  for (const Head& head : cell_heads(schema, curves)) {
    CellColumn::Saved saved;
    saved.kind = static_cast<CellColumn::Kind>(numbers.count(2));
    saved.numeric = numbers.count(1) == 1;
    saved.may_be_missing = numbers.count(1) == 1;
    saved.tied = numbers.count(1) == 1;
    const std::size_t values = numbers.count(numbers.left());
    const std::size_t kept = numbers.count(numbers.left());
    const std::size_t ends = numbers.count(numbers.left());
    saved.values = numbers.list(values);
    saved.shares = numbers.list(values);
    saved.kept = numbers.list(kept);
    for (std::size_t i = 0; i < ends && numbers.sound(); ++i) {
      saved.ends.push_back(numbers.count(kept));
    }
    const auto column =
        numbers.sound() ? CellColumn::of_saved(head, std::move(saved)) : std::nullopt;
    if (!column || !fits_schema(*column, schema))
      bad("column " + std::to_string(columns.size()) + " that is none");
    columns.push_back(*column);
  }
  if (columns.empty()) bad("a schema without columns to draw");
  if (!numbers.at_end()) bad(std::to_string(numbers.left()) + " numbers behind the last column");
  return {std::move(columns), static_cast<std::size_t>(schema.encoded_size()), std::move(curves)};
}

}  // namespace vgan
