#include "engine/data/readers/stored_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/data/readers/stored_number.hpp"
#include "engine/data/trial_axes.hpp"

namespace vgan {
namespace {

// The value number `index`, in the order of the Trials, is no number to train on.
[[noreturn]] void fail_pixel(const FailAtNumber& fail, const StoredValues& stored,
                             const Trials& trials, std::uint64_t index, double value) {
  const auto columns = static_cast<std::uint64_t>(trials.values_per_trial());
  fail(stored.array.stored_index(index),
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
  throw Error(ErrorCode::internal, {"cannot read data", trials.source, "a number", "none", ""});
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

template <class Value>
void take(std::vector<Value> stored_order, const StoredValues& stored, const FailAtNumber& fail,
          Trials& trials) {
  auto values = stored.array.ordered(std::move(stored_order));
  if constexpr (!std::is_same_v<Value, std::uint8_t>) {
    const Range range = range_of(values);
    if (range.bad < values.size()) {
      fail_pixel(fail, stored, trials, range.bad, static_cast<double>(values[range.bad]));
    }
    const double largest = std::max(std::fabs(range.low), std::fabs(range.high));
    if (is_whole(stored.type) && largest >= most_exact_whole) {
      trials.notes.push_back(trials.source +
                             ": whole numbers beyond 2^53 are read as the nearest double");
    }
    if (value_type_of<Value>() != stored.type) trials.file_type = stored.type;
  }
  trials.values = std::move(values);
}

// Numbers as `Value`, in the file's order, to its end.
template <class Value>
std::vector<Value> read_as(ByteSource& source, const StoredValues& stored) {
  const std::uint64_t elements = stored.array.elements();
  const std::uint64_t copies = stored.array.in_order() ? 1 : 2;
  source.expect_data(elements * static_cast<std::uint64_t>(info_of(stored.type).bytes),
                     elements * sizeof(Value) * copies, stored.promise);
  std::vector<Value> values;
  if constexpr (std::is_same_v<Value, std::uint8_t>) {
    values = source.read_values<Value>(elements);
  } else {
    values = read_numbers_as<Value>(source, stored.type, stored.swapped, elements);
  }
  source.expect_end();
  return values;
}

}  // namespace

void take_stored_values(TrialValues values, const StoredValues& stored, const FailAtNumber& fail,
                        Trials& trials) {
  std::visit([&](auto& numbers) { take(std::move(numbers), stored, fail, trials); }, values);
  drop_alpha(trials);
  if (!trials.is_u8()) set_range(trials);
}

void read_stored_values(ByteSource& source, const StoredValues& stored, Trials& trials) {
  const std::uint64_t data_offset = source.offset();
  const auto item_bytes = static_cast<std::uint64_t>(info_of(stored.type).bytes);
  TrialValues values;
  if (stored.type == ValueType::u8) {
    values = read_as<std::uint8_t>(source, stored);
  } else if (fits_float(stored.type)) {
    values = read_as<float>(source, stored);
  } else {
    values = read_as<double>(source, stored);
  }
  const auto fail = [&](std::uint64_t index, std::string found, std::string allowed,
                        std::string remedy) {
    source.fail(data_offset + index * item_bytes, std::move(found), std::move(allowed),
                std::move(remedy));
  };
  take_stored_values(std::move(values), stored, fail, trials);
}

}  // namespace vgan
