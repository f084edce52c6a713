// The cells of one column of virtual rows, as Arrow has them.
#pragma once

#include <arrow/api.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/date_format.hpp"
#include "engine/data/schema.hpp"
#include "engine/data/table_trials.hpp"

namespace vgan {

/// Takes cells in their order, and gives those since the last time as an array.
class ArrowCells {
 public:
  /// `column` must outlive it; `type` is arrow_type_of it.
  ArrowCells(const ColumnSchema& column, std::shared_ptr<arrow::DataType> type);

  const std::shared_ptr<arrow::DataType>& type() const { return type_; }
  /// `row` is the number of the cell's row, from 0.
  arrow::Status add(const TableCell& cell, std::uint64_t row);
  arrow::Result<std::shared_ptr<arrow::Array>> finish();

 private:
  arrow::Status make_builder();
  arrow::Status add_value(const TableCell& cell, double number);
  template <class Builder, class Value>
  arrow::Status append(const Value& value) {
    return static_cast<Builder&>(*builder_).Append(value);
  }
  const std::string& text_of(const TableCell& cell, double number);
  std::int64_t time_of(double number, arrow::TimeUnit::type unit) const;

  const ColumnSchema* column_;
  std::shared_ptr<arrow::DataType> type_;
  std::optional<DateFormat> format_;
  std::vector<double> of_words_;  // the numbers that words stand for, where numbers are written
  std::shared_ptr<arrow::Array> dictionary_;  // of categories
  std::unique_ptr<arrow::ArrayBuilder> builder_;
  std::string text_;
};

}  // namespace vgan
