#include "engine/data/writers/arrow_cells.hpp"

#include <arrow/util/decimal.h>
#include <arrow/util/float16.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/base/number_text.hpp"
#include "engine/data/number_style.hpp"

namespace vgan {
namespace {

using arrow::Type;

// The nearest number of the type; 2^63 is no whole number of 64 bits, but the nearest double to
// one.
template <class Integer>
Integer whole(double number) {
  using Limits = std::numeric_limits<Integer>;
  const double rounded = std::nearbyint(number);
  if (!(rounded > static_cast<double>(Limits::min()))) return Limits::min();
  if (rounded >= static_cast<double>(Limits::max())) return Limits::max();
  return static_cast<Integer>(rounded);
}

std::int64_t floor_divided(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace

ArrowCells::ArrowCells(const ColumnSchema& column, std::shared_ptr<arrow::DataType> type)
    : column_(&column),
      type_(std::move(type)),
      format_(column.format.empty() ? std::nullopt : DateFormat::of(column.format)) {
  for (const std::string& word : column.words) {
    const bool yes = word.size() == 4;  // "true" and "false" in any case
    of_words_.push_back(type_->id() == Type::BOOL ? (yes ? 1.0 : 0.0)
                                                  : read_number<double>(word).value_or(0.0));
  }
}

// A builder of the type; of categories, one of their codes, beside what they stand for.
arrow::Status ArrowCells::make_builder() {
  if (type_->id() != Type::DICTIONARY)
    return arrow::MakeBuilder(arrow::default_memory_pool(), type_, &builder_);
  builder_ = std::make_unique<arrow::Int32Builder>();
  std::unique_ptr<arrow::ArrayBuilder> words;
  const auto& values = static_cast<const arrow::DictionaryType&>(*type_).value_type();
  ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), values, &words));
  for (const std::string& word : column_->words) {
    ARROW_RETURN_NOT_OK(values->id() == Type::STRING
                            ? static_cast<arrow::StringBuilder&>(*words).Append(word)
                            : static_cast<arrow::LargeStringBuilder&>(*words).Append(word));
  }
  return words->Finish(&dictionary_);
}

arrow::Status ArrowCells::add(const TableCell& cell, std::uint64_t row) {
  if (!builder_) ARROW_RETURN_NOT_OK(make_builder());
  const bool counted = column_->kind == ColumnKind::id && column_->numeric;
  if (cell.missing && !counted) return builder_->AppendNull();
  const double number = counted                        ? column_->low + static_cast<double>(row)
                        : column_->numeric             ? cell.number
                        : cell.word < of_words_.size() ? of_words_[cell.word]
                                                       : 0.0;
  return add_value(cell, number);
}

arrow::Status ArrowCells::add_value(const TableCell& cell, double number) {
  switch (type_->id()) {
    case Type::BOOL: return append<arrow::BooleanBuilder>(number != 0.0);
    case Type::INT8: return append<arrow::Int8Builder>(whole<std::int8_t>(number));
    case Type::INT16: return append<arrow::Int16Builder>(whole<std::int16_t>(number));
    case Type::INT32: return append<arrow::Int32Builder>(whole<std::int32_t>(number));
    case Type::INT64: return append<arrow::Int64Builder>(whole<std::int64_t>(number));
    case Type::UINT8: return append<arrow::UInt8Builder>(whole<std::uint8_t>(number));
    case Type::UINT16: return append<arrow::UInt16Builder>(whole<std::uint16_t>(number));
    case Type::UINT32: return append<arrow::UInt32Builder>(whole<std::uint32_t>(number));
    case Type::UINT64: return append<arrow::UInt64Builder>(whole<std::uint64_t>(number));
    case Type::HALF_FLOAT:
      return append<arrow::HalfFloatBuilder>(arrow::util::Float16::FromDouble(number).bits());
    case Type::FLOAT: return append<arrow::FloatBuilder>(static_cast<float>(number));
    case Type::DOUBLE: return append<arrow::DoubleBuilder>(number);
    case Type::DURATION: return append<arrow::DurationBuilder>(whole<std::int64_t>(number));
    case Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::Decimal128Type&>(*type_);
      ARROW_ASSIGN_OR_RAISE(const auto value, arrow::Decimal128::FromReal(
                                                  number, decimal.precision(), decimal.scale()));
      return append<arrow::Decimal128Builder>(value);
    }
    case Type::DATE32: return append<arrow::Date32Builder>(whole<std::int32_t>(number));
    case Type::DATE64: return append<arrow::Date64Builder>(time_of(number, arrow::TimeUnit::MILLI));
    case Type::TIME32:
      return append<arrow::Time32Builder>(static_cast<std::int32_t>(
          time_of(number, static_cast<const arrow::TimeType&>(*type_).unit())));
    case Type::TIME64:
      return append<arrow::Time64Builder>(
          time_of(number, static_cast<const arrow::TimeType&>(*type_).unit()));
    case Type::TIMESTAMP:
      return append<arrow::TimestampBuilder>(
          time_of(number, static_cast<const arrow::TimestampType&>(*type_).unit()));
    case Type::STRING: return append<arrow::StringBuilder>(text_of(cell, number));
    case Type::LARGE_STRING: return append<arrow::LargeStringBuilder>(text_of(cell, number));
    case Type::DICTIONARY: return append<arrow::Int32Builder>(static_cast<std::int32_t>(cell.word));
    default: return builder_->AppendNull();
  }
}

const std::string& ArrowCells::text_of(const TableCell& cell, double number) {
  if (!column_->numeric) return column_->words[cell.word];
  text_.clear();
  if (format_) return text_ = format_->write(number);
  append_number(text_, number, column_->style, !column_->values.empty());
  return text_;
}

// Days, or seconds of as many decimals as the column's format has, in a unit of Arrow's.
std::int64_t ArrowCells::time_of(double number, arrow::TimeUnit::type unit) const {
  constexpr std::int64_t micro = 1'000'000;
  std::int64_t scale = 1;
  for (int i = 0; format_ && i < format_->decimals(); ++i) scale *= 10;
  const bool days = !format_ || !format_->has_time();
  const std::int64_t counted = whole<std::int64_t>(number * static_cast<double>(scale));
  const std::int64_t micros = counted * (days ? 86400 * micro : micro / scale);
  switch (unit) {
    case arrow::TimeUnit::SECOND: return floor_divided(micros, micro);
    case arrow::TimeUnit::MILLI: return floor_divided(micros, 1000);
    case arrow::TimeUnit::MICRO: return micros;
    case arrow::TimeUnit::NANO: return micros * 1000;
  }
  return micros;
}

arrow::Result<std::shared_ptr<arrow::Array>> ArrowCells::finish() {
  if (!builder_) ARROW_RETURN_NOT_OK(make_builder());
  std::shared_ptr<arrow::Array> array;
  ARROW_RETURN_NOT_OK(builder_->Finish(&array));
  if (!dictionary_) return array;
  return arrow::DictionaryArray::FromArrays(type_, array, dictionary_);
}

}  // namespace vgan
