// The numbers of a file's trials, of any type and in any order, into Trials.
#pragma once

#include <string>

#include "engine/data/readers/byte_source.hpp"
#include "engine/data/readers/strided.hpp"
#include "engine/data/trials.hpp"
#include "engine/data/value_type.hpp"

namespace vgan {

/// How a file stores its trials; it stands at the first number.
struct StoredValues {
  StridedArray array;  ///< trials first, then their axes in the order of H, W, C
  ValueType type = ValueType::u8;
  bool swapped = false;  ///< the file has the other byte order than this machine
  std::string promise;   ///< what its header announces, for messages
};

/// Reads to the end of the file. `trials` has count, shape and source; it gets pixels, range, the
/// file's type and notes. u8 stays u8; types whose numbers a float has become float, others double.
/// Throws bad_data for a file that is too short or too long, for NaN, infinities and numbers beyond
/// float32, with row and column.
void read_stored_values(ByteSource& source, const StoredValues& stored, Trials& trials);

}  // namespace vgan
