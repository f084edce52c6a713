// The header of a NumPy .npy file.
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/readers/byte_source.hpp"
#include "engine/data/value_type.hpp"

namespace vgan {

struct NpyHeader {
  std::string descr;   ///< as written in the file, e.g. "<f4"
  char order = '|';    ///< '<' little-endian, '>' big-endian, '|' not applicable, '=' native
  char kind = 0;       ///< 'u' unsigned, 'i' signed, 'f' floating, 'b' bool, ...
  int item_bytes = 0;  ///< of one element
  bool fortran_order = false;       ///< the first index varies fastest
  std::vector<std::int64_t> shape;  ///< each size 0 or more; empty for a scalar
  std::uint64_t shape_offset = 0;   ///< where the shape stands in the file, for messages
  std::uint64_t descr_offset = 0;   ///< where the dtype stands in the file, for messages

  std::string shape_text() const;    ///< "(60000, 784)"
  std::string promise_text() const;  ///< "the shape (60000, 784) of '<f4'"
  /// The type of the numbers; nothing where they are none, such as text, times or complex numbers.
  std::optional<ValueType> number_type() const;
  /// Whether the numbers have the other byte order than this machine, which is little-endian.
  bool swapped() const { return order == '>'; }
};

/// Reads magic, version (1.0, 2.0, 3.0) and header; afterwards `source` stands at the data.
/// Structured dtypes and pickled objects are refused (objects are never unpickled).
/// Throws Error (bad_data) with the offset of what is wrong.
NpyHeader read_npy_header(ByteSource& source);

/// Refuses elements that are no numbers, saying how to make some in Python; `allowed` is what may
/// be there beside numbers, or empty.
ValueType require_numbers(const ByteSource& source, const NpyHeader& header,
                          const std::string& allowed = "");

/// How many elements the array has. Refuses sizes of 0 and arrays of 2^64 bytes or more.
std::uint64_t count_elements(const ByteSource& source, const NpyHeader& header);

}  // namespace vgan
