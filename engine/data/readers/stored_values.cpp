#include "engine/data/readers/stored_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "engine/base/number_text.hpp"
#include "engine/data/readers/stored_number.hpp"
#include "engine/data/trial_axes.hpp"

namespace vgan {
namespace {

// The value number `index`, in the order of the Trials, is no number to train on.
[[noreturn]] void fail_pixel(const ByteSource& source, std::uint64_t data_offset,
                             const StoredValues& stored, const Trials& trials, std::uint64_t index,
                             double value) {
  const auto columns = static_cast<std::uint64_t>(trials.values_per_trial());
  const auto item_bytes = static_cast<std::uint64_t>(info_of(stored.type).bytes);
  source.fail(data_offset + stored.array.stored_index(index) * item_bytes,
              (std::isnan(value)   ? "NaN"
               : std::isinf(value) ? "an infinite number"
                                   : general_text(value)) +
                  std::string(" in row ") + std::to_string(index / columns) + ", column " +
                  std::to_string(index % columns),
              "finite numbers up to 3.4e38",
              std::isfinite(value)
                  ? "a = array / numpy.abs(array).max(), then numpy.save, brings them within"
                  : "a = array[numpy.isfinite(array).reshape(len(array), -1).all(1)], then "
                    "numpy.save, leaves such rows out");
}

// Smallest and largest value; `bad` is the index of the first that is no finite float, or the size.
struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  std::size_t bad = 0;
};

template <class Value>
Range range_of(const std::vector<Value>& values) {
  Range range;
  for (; range.bad < values.size(); ++range.bad) {
    if (!std::isfinite(static_cast<float>(values[range.bad]))) break;
    const auto value = static_cast<double>(values[range.bad]);
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  return range;
}

void set_range(Trials& trials) {
  const Range range =
      std::visit([](const auto& values) { return range_of(values); }, trials.values);
  trials.low = range.low;
  trials.high = range.high;
  trials.by_values = true;
}

// Numbers as `Value`, float or double.
template <class Value>
void read_reals(ByteSource& source, const StoredValues& stored, Trials& trials) {
  const std::uint64_t data_offset = source.offset();
  const std::uint64_t elements = stored.array.elements();
  const std::uint64_t copies = stored.array.in_order() ? 1 : 2;
  source.expect_data(elements * static_cast<std::uint64_t>(info_of(stored.type).bytes),
                     elements * sizeof(Value) * copies, stored.promise);
  auto values =
      stored.array.ordered(read_numbers_as<Value>(source, stored.type, stored.swapped, elements));
  source.expect_end();
  const Range range = range_of(values);
  if (range.bad < values.size()) {
    fail_pixel(source, data_offset, stored, trials, range.bad,
               static_cast<double>(values[range.bad]));
  }
  const double largest = std::max(std::fabs(range.low), std::fabs(range.high));
  if (is_whole(stored.type) && largest >= most_exact_whole) {
    trials.notes.push_back(source.path().string() +
                           ": whole numbers beyond 2^53 are read as the nearest double");
  }
  if (value_type_of<Value>() != stored.type) trials.file_type = stored.type;
  trials.values = std::move(values);
}

void read_bytes(ByteSource& source, const StoredValues& stored, Trials& trials) {
  const std::uint64_t elements = stored.array.elements();
  source.expect_data(elements, elements * (stored.array.in_order() ? 1 : 2), stored.promise);
  trials.values = stored.array.ordered(source.read_values<std::uint8_t>(elements));
  source.expect_end();
}

}  // namespace

void read_stored_values(ByteSource& source, const StoredValues& stored, Trials& trials) {
  if (stored.type == ValueType::u8) {
    read_bytes(source, stored, trials);
  } else if (fits_float(stored.type)) {
    read_reals<float>(source, stored, trials);
  } else {
    read_reals<double>(source, stored, trials);
  }
  drop_alpha(trials);
  if (!trials.is_u8()) set_range(trials);
}

}  // namespace vgan
