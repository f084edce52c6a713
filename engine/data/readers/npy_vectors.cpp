// Conditions: arrays with one row of numbers for each trial.
#include <cmath>
#include <string>
#include <utility>

#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/npz.hpp"
#include "engine/data/readers/stored_number.hpp"
#include "engine/data/readers/strided.hpp"

namespace vgan {
namespace {

constexpr std::int64_t most_conditions = 4096;

// `rows` x `columns` numbers in either order, as float32 in C order.
std::vector<float> read_rows(ByteSource& source, const NpyHeader& header, ValueType type,
                             std::uint64_t rows, std::uint64_t columns) {
  const std::uint64_t data_offset = source.offset();
  const std::uint64_t elements = rows * columns;
  const auto item_bytes = static_cast<std::uint64_t>(header.item_bytes);
  const StridedArray array(header.fortran_order
                               ? std::vector<StridedAxis>{{rows, 1}, {columns, rows}}
                               : std::vector<StridedAxis>{{rows, columns}, {columns, 1}});
  source.expect_data(elements * item_bytes, elements * sizeof(float) * (array.in_order() ? 1 : 2),
                     header.promise_text());
  auto values = array.ordered(read_numbers_as<float>(source, type, header.swapped(), elements));
  source.expect_end();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    source.fail(data_offset + array.stored_index(i) * item_bytes,
                (std::isnan(values[i]) ? "NaN" : "an infinite number or one beyond float32") +
                    std::string(" in row ") + std::to_string(i / columns) + ", column " +
                    std::to_string(i % columns),
                "finite numbers", "a = numpy.nan_to_num(array.astype('float32')), then numpy.save");
  }
  return values;
}

}  // namespace

Conditions read_conditions(const std::filesystem::path& path) {
  constexpr const char* what = "cannot read conditions";
  const auto part = npz_part(path, "conditions");
  ByteSource source = part ? open_npz_array(*part, what) : ByteSource(path, what);
  const NpyHeader header = read_npy_header(source);
  const ValueType type = require_numbers(source, header);
  const std::uint64_t elements = count_elements(source, header);
  const std::size_t dimensions = header.shape.size();
  const std::int64_t columns = dimensions == 2 ? header.shape[1] : 1;
  if (dimensions < 1 || dimensions > 2) {
    source.fail(header.shape_offset, "the shape " + header.shape_text(),
                "(N,) or (N, K), K of 1 to " + std::to_string(most_conditions),
                dimensions == 0 ? "a = array.reshape(1), then numpy.save"
                                : "a = array.reshape(len(array), -1), then numpy.save");
  }
  if (columns > most_conditions) {
    source.fail(header.shape_offset, "the shape " + header.shape_text(),
                "(N,) or (N, K), K of 1 to " + std::to_string(most_conditions),
                "a = array[:, :" + std::to_string(most_conditions) +
                    "], then numpy.save, keeps the first ones");
  }
  Conditions conditions;
  conditions.size = columns;
  conditions.values =
      read_rows(source, header, type, elements / static_cast<std::uint64_t>(columns),
                static_cast<std::uint64_t>(columns));
  return conditions;
}

}  // namespace vgan
