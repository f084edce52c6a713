#include "engine/data/readers/hdf5_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "engine/data/readers/hdf5_handle.hpp"
#include "engine/data/readers/spelt_number.hpp"

namespace vgan {
namespace {

std::optional<ValueType> whole_type(std::size_t bytes, bool is_signed) {
  if (bytes > 8) return std::nullopt;
  if (bytes > 4) return is_signed ? ValueType::i64 : ValueType::u64;
  if (bytes > 2) return is_signed ? ValueType::i32 : ValueType::u32;
  if (bytes > 1) return is_signed ? ValueType::i16 : ValueType::u16;
  return is_signed ? ValueType::i8 : ValueType::u8;
}

// h5py writes booleans as words for 0 and 1.
bool is_boolean(hid_t type) {
  if (H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2) return false;
  signed char no = 1, yes = 0;
  return H5Tenum_valueof(type, "FALSE", &no) >= 0 && H5Tenum_valueof(type, "TRUE", &yes) >= 0 &&
         no == 0 && yes == 1;
}

}  // namespace

Hdf5Number hdf5_number(hid_t type) {
  const std::size_t bytes = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_INTEGER: {
      const auto found = whole_type(bytes, H5Tget_sign(type) == H5T_SGN_2);
      return {found, "whole numbers of " + std::to_string(bytes) + " bytes"};
    }
    case H5T_FLOAT:
      if (bytes == 2) return {ValueType::f16, ""};
      if (bytes <= 4) return {ValueType::f32, ""};
      if (bytes <= 8) return {ValueType::f64, ""};
      return {std::nullopt, "floating-point numbers of " + std::to_string(bytes) + " bytes"};
    case H5T_ENUM:
      if (is_boolean(type)) return {ValueType::boolean, ""};
      return {std::nullopt, "words of an enumeration"};
    case H5T_STRING: return {std::nullopt, "text"};
    case H5T_BITFIELD: return {std::nullopt, "bit fields"};
    case H5T_OPAQUE: return {std::nullopt, "raw bytes"};
    case H5T_REFERENCE: return {std::nullopt, "references"};
    case H5T_VLEN: return {std::nullopt, "lists of various lengths"};
    case H5T_ARRAY: return {std::nullopt, "arrays as elements"};
    case H5T_COMPOUND: return {std::nullopt, "records"};
    default: return {std::nullopt, "elements of another kind"};
  }
}

TableColumn hdf5_column(const std::string& name, ValueType type, std::vector<double> numbers) {
  TableColumn column;
  column.name = name;
  bool first = true;
  constexpr int most_digits = 17;  // a double has no more
  for (double& number : numbers) {
    if (std::isnan(number)) {
      ++column.missing;
      continue;
    }
    const bool narrow = type == ValueType::f32 || type == ValueType::f16;
    const NumberCell cell = narrow ? spelt(static_cast<float>(number)) : spelt(number);
    if (narrow) number = cell.value;  // the decimal number that a narrow one is written as
    const int decimals = std::min(cell.decimals, most_digits);
    NumberStyle& style = column.style;
    style.exponents = style.exponents || cell.exponent || cell.decimals > most_digits;
    style.least_decimals = first ? decimals : std::min(style.least_decimals, decimals);
    style.most_decimals = std::max(style.most_decimals, decimals);
    style.digits = std::max(style.digits, std::min(cell.digits, most_digits));
    first = false;
  }
  column.numbers = std::move(numbers);
  return column;
}

}  // namespace vgan
