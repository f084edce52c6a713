// The numbers of a file's trials, of any type and in any order, into Trials.
#pragma once

#include <cstdint>
#include <functional>
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

using TrialValues = decltype(Trials::values);

/// Throws bad_data about the number that is `index`th in the file's order.
using FailAtNumber = std::function<void(std::uint64_t index, std::string found, std::string allowed,
                                        std::string remedy)>;

/// Likewise of all numbers in the file's order, where a library has read them: `values` is of u8,
/// float or double as above.
void take_stored_values(TrialValues values, const StoredValues& stored, const FailAtNumber& fail,
                        Trials& trials);

}  // namespace vgan
