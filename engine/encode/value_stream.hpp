// From what a sampler hands out to numbers of a file, block by block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/data/table_trials.hpp"
#include "engine/encode/as_type.hpp"
#include "engine/encode/scaling.hpp"

namespace vgan {

/// Keeps its room between blocks.
class ValueStream {
 public:
  /// Trials of `size` numbers, to be had in `type`. Those of a table's rows, which have a `schema`,
  /// become numbers that stand for cells of it. `scaling` and `schema` must outlive it.
  ValueStream(const Scaling& scaling, std::int64_t size, ValueType type,
              const Schema* schema = nullptr)
      : scaling_(&scaling), size_(size), type_(type) {
    if (schema != nullptr) rows_.emplace(*schema);
  }

  ValueType type() const { return type_; }
  /// The bytes of whole trials, which are there until the next call.
  std::span<const std::byte> of(std::span<const float> numbers) {
    as_type(values_of(numbers), type_, bytes_);
    return bytes_;
  }
  std::span<const double> values_of(std::span<const float> numbers) {
    scaling_->decode(numbers, size_, values_);
    if (rows_) rows_->snap(values_);
    return values_;
  }
  /// The bytes, and the values, of whole trials that are in the data's own units already; both are
  /// there until the next call.
  std::span<const std::byte> of(std::span<const double> values) {
    as_type(values_of(values), type_, bytes_);
    return bytes_;
  }
  std::span<const double> values_of(std::span<const double> values) {
    values_.assign(values.begin(), values.end());
    if (rows_) rows_->snap(values_);
    return values_;
  }

 private:
  const Scaling* scaling_;
  std::int64_t size_;
  ValueType type_;
  std::optional<RowDecoder> rows_;
  std::vector<double> values_;
  std::vector<std::byte> bytes_;
};

}  // namespace vgan
