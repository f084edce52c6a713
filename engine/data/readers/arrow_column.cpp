#include "engine/data/readers/arrow_column.hpp"

#include <arrow/util/float16.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/column_reader.hpp"
#include "engine/data/readers/spelt_number.hpp"

namespace vgan {
namespace {

using arrow::Type;

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

template <class Array>
const Array& as(const arrow::Array& array) {
  return static_cast<const Array&>(array);
}

/// Whole numbers, floats, decimals and durations, which are whole numbers of their unit.
class Numbers final : public ArrowColumn {
 public:
  explicit Numbers(ArrowPlace place) : place_(std::move(place)) {}

  void add(const arrow::Array& array, std::int64_t row) override {
    switch (array.type_id()) {
      case Type::INT8: return add_all(as<arrow::Int8Array>(array), row);
      case Type::INT16: return add_all(as<arrow::Int16Array>(array), row);
      case Type::INT32: return add_all(as<arrow::Int32Array>(array), row);
      case Type::INT64: return add_all(as<arrow::Int64Array>(array), row);
      case Type::UINT8: return add_all(as<arrow::UInt8Array>(array), row);
      case Type::UINT16: return add_all(as<arrow::UInt16Array>(array), row);
      case Type::UINT32: return add_all(as<arrow::UInt32Array>(array), row);
      case Type::UINT64: return add_all(as<arrow::UInt64Array>(array), row);
      case Type::FLOAT: return add_all(as<arrow::FloatArray>(array), row);
      case Type::DOUBLE: return add_all(as<arrow::DoubleArray>(array), row);
      case Type::DURATION: return add_all(as<arrow::DurationArray>(array), row);
      case Type::HALF_FLOAT:
        return each(array, row, [&](std::int64_t i) {
          const auto bits = as<arrow::HalfFloatArray>(array).Value(i);
          add_number(arrow::util::Float16::FromBits(bits).ToFloat(), row + i);
        });
      case Type::DECIMAL32: return add_decimals(as<arrow::Decimal32Array>(array), row);
      case Type::DECIMAL64: return add_decimals(as<arrow::Decimal64Array>(array), row);
      case Type::DECIMAL128: return add_decimals(as<arrow::Decimal128Array>(array), row);
      case Type::DECIMAL256: return add_decimals(as<arrow::Decimal256Array>(array), row);
      default: return each(array, row, [](std::int64_t) {});  // of the type null
    }
  }

  void take(TableColumn& column, std::vector<std::string>& notes) override {
    column.numeric = true;
    column.numbers = std::move(numbers_);
    column.style = style_;
    if (inexact_) {
      notes.push_back(place_.column() +
                      ": whole numbers beyond 2^53 are read as the nearest double");
    }
  }

 private:
  template <class Call>
  void each(const arrow::Array& array, std::int64_t, Call&& call) {
    for (std::int64_t i = 0; i < array.length(); ++i) {
      if (array.IsNull(i)) {
        numbers_.push_back(no_number);
      } else {
        call(i);
      }
    }
  }

  template <class Array>
  void add_all(const Array& array, std::int64_t row) {
    each(array, row, [&](std::int64_t i) { add_number(array.Value(i), row + i); });
  }

  template <class Array>
  void add_decimals(const Array& array, std::int64_t row) {
    each(array, row, [&](std::int64_t i) {
      NumberCell cell;
      read_number_cell(array.FormatValue(i), '.', cell);
      add_cell(cell);
    });
  }

  template <class Number>
  void add_number(Number number, std::int64_t row) {
    if constexpr (std::is_floating_point_v<Number>) {
      if (std::isnan(number)) return numbers_.push_back(no_number);
      if (std::isinf(number)) {
        throw Error(ErrorCode::bad_data,
                    {cannot_read_table, place_.cell(row), "an infinite number",
                     "finite numbers, or null where there is no value", "leave the row out"});
      }
    } else {
      constexpr std::uint64_t most_exact = std::uint64_t{1} << 53;
      const auto wide = static_cast<std::uint64_t>(number);
      inexact_ = inexact_ || (number < 0 ? 0 - wide : wide) > most_exact;
    }
    add_cell(spelt(number));
  }

  void add_cell(const NumberCell& cell) {
    add_style(cell, first_, style_);
    first_ = false;
    numbers_.push_back(cell.value);
  }

  ArrowPlace place_;
  std::vector<double> numbers_;
  NumberStyle style_;
  bool first_ = true, inexact_ = false;
};

bool is_number(Type::type type) {
  return arrow::is_integer(type) || arrow::is_floating(type) || arrow::is_decimal(type) ||
         type == Type::DURATION || type == Type::NA;
}

bool is_text(Type::type type) {
  return type == Type::STRING || type == Type::LARGE_STRING || type == Type::STRING_VIEW;
}

// What makes columns of a table out of one that is none.
std::string remedy_for(Type::type type) {
  const std::string other = "kind = \"ignored\" in a file for --schema passes it over";
  switch (type) {
    case Type::LIST:
    case Type::LARGE_LIST:
    case Type::FIXED_SIZE_LIST:
      return "give each of its places a column of its own, as frame[NAME].apply(pandas.Series) "
             "does in pandas; or " +
             other;
    case Type::STRUCT:
      return "give each of its fields a column of its own, as pandas.json_normalize does; or " +
             other;
    default: return "leave the column out, or write it as text; " + other;
  }
}

}  // namespace

std::unique_ptr<ArrowColumn> make_arrow_column(const ArrowPlace& place,
                                               const arrow::DataType& type) {
  const Type::type id = type.id();
  if (is_number(id)) return std::make_unique<Numbers>(place);
  if (is_text(id) || id == Type::BOOL) return make_arrow_words(place);
  if (arrow::is_temporal(id)) {
    if (auto dates = make_arrow_dates(place, type)) return dates;
  }
  if (id == Type::DICTIONARY) {
    const Type::type values = static_cast<const arrow::DictionaryType&>(type).value_type()->id();
    if (is_number(values) || is_text(values)) return make_arrow_categories(place);
  }
  throw Error(ErrorCode::bad_data,
              {cannot_read_table, place.column(),
               "cells of the type " + shortened(printable(type.ToString())),
               "numbers, text, booleans, dates, times and categories", remedy_for(id)});
}

}  // namespace vgan
