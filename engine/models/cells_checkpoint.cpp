#include "engine/models/cells_checkpoint.hpp"

#include <cmath>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "engine/checkpoint/checkpoint_tensors.hpp"

namespace vgan {
namespace {

/// Numbers in turn, of a tensor that may end too early or hold anything.
class Numbers {
 public:
  explicit Numbers(const CheckpointTensor& tensor)
      : numbers_(tensor.bytes.size() / sizeof(double)) {
    if (numbers_.empty()) return;
    std::memcpy(numbers_.data(), tensor.bytes.data(), numbers_.size() * sizeof(double));
  }

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
  const auto bytes = std::as_bytes(std::span(numbers));
  checkpoint.tensors[cells_name] = {
      TensorType::f64, {static_cast<std::int64_t>(numbers.size())}, {bytes.begin(), bytes.end()}};
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
  std::vector<CellColumn> columns;
  for (const Head& head : cell_heads(schema)) {
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
  return {std::move(columns), static_cast<std::size_t>(schema.encoded_size())};
}

}  // namespace vgan
