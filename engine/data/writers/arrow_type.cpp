#include "engine/data/writers/arrow_type.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/number_text.hpp"

namespace vgan {
namespace {

using arrow::Type;
using TypePointer = std::shared_ptr<arrow::DataType>;

// What stands between the first `open` and the last `close`.
std::string_view inside(std::string_view text, char open, char close) {
  const std::size_t begin = text.find(open), end = text.rfind(close);
  if (begin == std::string_view::npos || end == std::string_view::npos || end <= begin) return {};
  return text.substr(begin + 1, end - begin - 1);
}

// "ns" of "[ns, tz=UTC]", and the like.
std::optional<arrow::TimeUnit::type> unit_of(std::string_view name) {
  using arrow::TimeUnit;
  const std::string_view unit = inside(name, '[', ']');
  const std::string_view word = unit.substr(0, unit.find(','));
  if (word == "s") return TimeUnit::SECOND;
  if (word == "ms") return TimeUnit::MILLI;
  if (word == "us") return TimeUnit::MICRO;
  if (word == "ns") return TimeUnit::NANO;
  return std::nullopt;
}

TypePointer time_named(const std::string& name) {
  const auto unit = unit_of(name);
  if (!unit) return nullptr;
  if (name.starts_with("duration[")) return arrow::duration(*unit);
  const bool fine = *unit == arrow::TimeUnit::MICRO || *unit == arrow::TimeUnit::NANO;
  if (name.starts_with("time32[") && !fine) return arrow::time32(*unit);
  if (name.starts_with("time64[") && fine) return arrow::time64(*unit);
  if (!name.starts_with("timestamp[")) return nullptr;
  const std::string_view zone = inside(name, '=', ']');
  return arrow::timestamp(*unit, std::string(zone));
}

TypePointer decimal_named(const std::string& name) {
  const std::string_view sizes = inside(name, '(', ')');
  const std::size_t comma = sizes.find(", ");
  if (comma == std::string_view::npos) return nullptr;
  const auto precision = read_number<int>(sizes.substr(0, comma));
  const auto scale = read_number<int>(sizes.substr(comma + 2));
  constexpr int most = 38;
  if (!precision || !scale || *precision < 1 || *scale < 0 || *scale > most) return nullptr;
  return arrow::decimal128(std::min(*precision, most), *scale);
}

bool is_truth(const std::string& word, const char* small) {
  return word.size() == std::string_view(small).size() &&
         std::equal(word.begin(), word.end(), small,
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

bool are_truths(const std::vector<std::string>& words) {
  return !words.empty() && std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return is_truth(word, "true") || is_truth(word, "false");
  });
}

bool are_numbers(const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(),
                     [](const std::string& word) { return read_number<double>(word).has_value(); });
}

/// The numbers that may be drawn for a column.
struct Drawn {
  double low = 0.0, high = 0.0;
  bool whole = true;
  int decimals = 0;

  bool within(double least, double most) const { return low >= least && high <= most; }
};

Drawn drawn_of(const ColumnSchema& column, std::uint64_t last) {
  if (!column.numeric) {  // numbers that the user made words
    Drawn drawn;
    for (const std::string& word : column.words) {
      const double number = read_number<double>(word).value_or(0.0);
      drawn.low = std::min(drawn.low, number);
      drawn.high = std::max(drawn.high, number);
      drawn.whole = drawn.whole && number == std::floor(number);
    }
    return drawn;
  }
  const double counted = column.kind == ColumnKind::id ? static_cast<double>(last) : 0.0;
  const bool rounded = column.kind == ColumnKind::integer || column.kind == ColumnKind::id;
  const bool listed = !column.values.empty() &&
                      std::all_of(column.values.begin(), column.values.end(),
                                  [](double value) { return value == std::floor(value); });
  const bool whole =
      rounded || listed || (!column.style.exponents && column.style.most_decimals == 0);
  return {column.low, std::max(column.high, column.low + counted), whole,
          column.style.exponents ? 17 : column.style.most_decimals};
}

template <class Integer>
bool holds(const Drawn& drawn) {
  using Limits = std::numeric_limits<Integer>;
  return drawn.whole &&
         drawn.within(static_cast<double>(Limits::min()), static_cast<double>(Limits::max()));
}

bool holds_numbers(const arrow::DataType& type, const Drawn& drawn) {
  switch (type.id()) {
    case Type::INT8: return holds<std::int8_t>(drawn);
    case Type::INT16: return holds<std::int16_t>(drawn);
    case Type::INT32: return holds<std::int32_t>(drawn);
    case Type::INT64:
    case Type::DURATION: return holds<std::int64_t>(drawn);
    case Type::UINT8: return holds<std::uint8_t>(drawn);
    case Type::UINT16: return holds<std::uint16_t>(drawn);
    case Type::UINT32: return holds<std::uint32_t>(drawn);
    case Type::UINT64: return holds<std::uint64_t>(drawn);
    case Type::HALF_FLOAT: return drawn.within(-65504.0, 65504.0);
    case Type::FLOAT:
      return drawn.within(-std::numeric_limits<float>::max(), std::numeric_limits<float>::max());
    case Type::DOUBLE: return true;
    case Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
      const double most = std::pow(10.0, decimal.precision() - decimal.scale()) * (1 - 1e-12);
      return drawn.decimals <= decimal.scale() && drawn.within(-most, most);
    }
    default: return false;
  }
}

// Seconds beyond which nanoseconds of 64 bits end.
constexpr double most_nano_seconds = 9.2e9;

bool holds_dates(const arrow::DataType& type, const ColumnSchema& column) {
  const bool date = column.format.starts_with("YYYY");
  const bool time = column.format.find("HH") != std::string::npos;
  switch (type.id()) {
    case Type::DATE32:
    case Type::DATE64: return date && !time;
    case Type::TIME32:
    case Type::TIME64: return !date;
    case Type::TIMESTAMP: {
      const auto unit = static_cast<const arrow::TimestampType&>(type).unit();
      const double seconds = time ? 1.0 : 86400.0;
      return date && (unit != arrow::TimeUnit::NANO || (column.low * seconds > -most_nano_seconds &&
                                                        column.high * seconds < most_nano_seconds));
    }
    default: return false;
  }
}

bool is_text(Type::type type) { return type == Type::STRING || type == Type::LARGE_STRING; }

bool holds_cells(const arrow::DataType& type, const ColumnSchema& column, std::uint64_t last) {
  if (is_text(type.id())) return true;
  const bool counted = column.numeric && column.kind == ColumnKind::id;
  if (!column.drawn() && !counted) return type.id() != Type::DICTIONARY;  // null alone
  if (!column.format.empty()) return holds_dates(type, column);
  if (column.numeric) return holds_numbers(type, drawn_of(column, last));
  if (type.id() == Type::BOOL) return are_truths(column.words);
  if (type.id() == Type::DICTIONARY) return true;
  return are_numbers(column.words) && holds_numbers(type, drawn_of(column, last));
}

}  // namespace

TypePointer arrow_type_named(const std::string& name) {
  static const std::array simple = {
      arrow::null(),    arrow::boolean(), arrow::int8(),    arrow::int16(),  arrow::int32(),
      arrow::int64(),   arrow::uint8(),   arrow::uint16(),  arrow::uint32(), arrow::uint64(),
      arrow::float16(), arrow::float32(), arrow::float64(), arrow::utf8(),   arrow::large_utf8(),
      arrow::date32(),  arrow::date64()};
  for (const TypePointer& type : simple) {
    if (type->ToString() == name) return type;
  }
  if (name == "string_view") return arrow::utf8();
  if (name.starts_with("decimal")) return decimal_named(name);
  if (!name.starts_with("dictionary<")) return time_named(name);
  const bool ordered = name.ends_with("ordered=1>");
  const std::string_view values = inside(name, '=', ',');
  const std::string of(values.substr(0, values.find(", indices=")));
  const TypePointer type = of.starts_with("dictionary") ? nullptr : arrow_type_named(of);
  // Parquet has categories of text alone.
  return type && is_text(type->id()) ? arrow::dictionary(arrow::int32(), type, ordered) : type;
}

TypePointer arrow_type_of(const ColumnSchema& column, std::uint64_t last) {
  const TypePointer stored = arrow_type_named(column.style.stored_type);
  if (stored && holds_cells(*stored, column, last)) return stored;
  if (!column.format.empty()) return arrow::utf8();
  const bool empty = !column.drawn() && column.kind != ColumnKind::id;
  if (empty && column.numeric) return arrow::float64();
  if (!column.numeric) return are_truths(column.words) ? arrow::boolean() : arrow::utf8();
  return holds<std::int64_t>(drawn_of(column, last)) ? arrow::int64() : arrow::float64();
}

}  // namespace vgan
