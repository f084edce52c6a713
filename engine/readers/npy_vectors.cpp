// Labels and conditions: arrays with one row for each image.
#include <cmath>
#include <string>
#include <utility>

#include "engine/readers/npy.hpp"

namespace vgan {
namespace {

constexpr std::uint64_t most_conditions = 4096;

// Calls use(value of the dtype's C++ type) where the dtype is an integer of 8 to 64 bits; false
// where it is another.
template <class Use>
bool with_integer_type(const NpyHeader& header, Use&& use) {
  const auto matches = [&](auto value) {
    using Type = decltype(value);
    if (!header.is(std::is_signed_v<Type> ? 'i' : 'u', sizeof(Type))) return false;
    use(value);
    return true;
  };
  return matches(std::uint8_t{}) || matches(std::uint16_t{}) || matches(std::uint32_t{}) ||
         matches(std::uint64_t{}) || matches(std::int8_t{}) || matches(std::int16_t{}) ||
         matches(std::int32_t{}) || matches(std::int64_t{});
}

[[noreturn]] void fail_dtype(const ByteSource& source, const NpyHeader& header, const char* allowed,
                             const char* remedy) {
  source.fail(header.descr_offset, "the dtype '" + header.descr + "'", allowed, remedy);
}

template <class Stored>
std::vector<std::int32_t> read_integers(ByteSource& source, const NpyHeader& header,
                                        std::uint64_t count) {
  const std::uint64_t data_offset = source.offset();
  source.expect_data(count * sizeof(Stored), count * (sizeof(Stored) + sizeof(std::int32_t)),
                     header.promise_text());
  const auto stored = source.read_values<Stored>(count);
  source.expect_end();
  std::vector<std::int32_t> labels(stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (!std::in_range<std::int32_t>(stored[i]) || stored[i] < 0) {
      source.fail(data_offset + i * sizeof(Stored),
                  "the label " + std::to_string(stored[i]) + " in row " + std::to_string(i),
                  "0 to 2147483647", "number the classes from 0");
    }
    labels[i] = static_cast<std::int32_t>(stored[i]);
  }
  return labels;
}

// `rows` x `columns` numbers in either order, as float32 in C order.
template <class Stored>
std::vector<float> read_numbers(ByteSource& source, const NpyHeader& header, std::uint64_t rows,
                                std::uint64_t columns) {
  const std::uint64_t data_offset = source.offset();
  const std::uint64_t elements = rows * columns;
  const bool turned = header.fortran_order && columns > 1;
  source.expect_data(elements * sizeof(Stored), elements * sizeof(float) * (turned ? 2 : 1),
                     header.promise_text());
  auto stored = source.read_values<Stored, float>(elements);
  source.expect_end();
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (std::isfinite(stored[i])) continue;
    const std::size_t row = turned ? i % rows : i / columns;
    const std::size_t column = turned ? i / rows : i % columns;
    source.fail(data_offset + i * sizeof(Stored),
                (std::isnan(stored[i]) ? "NaN" : "an infinite number or one beyond float32") +
                    std::string(" in row ") + std::to_string(row) + ", column " +
                    std::to_string(column),
                "finite numbers", "replace it and save the array again");
  }
  if (!turned) return stored;
  std::vector<float> values(stored.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      values[row * columns + column] = stored[row + rows * column];
    }
  }
  return values;
}

}  // namespace

std::vector<std::int32_t> read_npy_labels(const std::filesystem::path& path) {
  ByteSource source(path, "cannot read .npy labels");
  const NpyHeader header = read_npy_header(source);
  if (!with_integer_type(header, [](auto) {})) {
    fail_dtype(source, header, "integers of 8 to 64 bits",
               "convert with array.astype('int32') and save again");
  }
  require_little_endian(source, header);
  if (header.shape.size() != 1) {
    source.fail(header.shape_offset, "the shape " + header.shape_text(), "one dimension (N,)",
                "reshape the array and save it again");
  }
  const std::uint64_t count = count_elements(source, header);
  std::vector<std::int32_t> labels;
  with_integer_type(
      header, [&](auto value) { labels = read_integers<decltype(value)>(source, header, count); });
  return labels;
}

Conditions read_conditions(const std::filesystem::path& path) {
  ByteSource source(path, "cannot read conditions");
  const NpyHeader header = read_npy_header(source);
  const bool floats = header.is('f', 4) || header.is('f', 8);
  if (!floats && !with_integer_type(header, [](auto) {})) {
    fail_dtype(source, header, "'<f4', '<f8' or integers of 8 to 64 bits",
               "convert with array.astype('float32') and save again");
  }
  require_little_endian(source, header);
  const std::uint64_t elements = count_elements(source, header);
  const std::size_t dimensions = header.shape.size();
  const std::uint64_t columns =
      dimensions == 2 ? static_cast<std::uint64_t>(header.shape[1]) : std::uint64_t{1};
  if (dimensions < 1 || dimensions > 2 || columns > most_conditions) {
    source.fail(header.shape_offset, "the shape " + header.shape_text(),
                "(N,) or (N, K), K of 1 to " + std::to_string(most_conditions),
                "save one row of numbers for each image");
  }
  const std::uint64_t rows = elements / columns;
  Conditions conditions;
  conditions.size = static_cast<std::int64_t>(columns);
  const auto read = [&](auto value) {
    conditions.values = read_numbers<decltype(value)>(source, header, rows, columns);
  };
  if (header.is('f', 4)) {
    read(float{});
  } else if (header.is('f', 8)) {
    read(double{});
  } else {
    with_integer_type(header, read);
  }
  return conditions;
}

}  // namespace vgan
