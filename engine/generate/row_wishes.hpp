// What a user asks of the rows of a model over cells: values that are given, ranges.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/generate/generate.hpp"
#include "engine/generate/given_rows.hpp"
#include "engine/generate/where.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/sample/cell_sampler.hpp"

namespace vgan {

/// `given` and `where` of a request, as cells.
class RowWishes {
 public:
  /// Throws bad_config and bad_data as parse_where and GivenRows, and bad_config for a column that
  /// is both given and in a condition, and for a range that no number of the data is in.
  RowWishes(const GenerateRequest& request, const GeneratorModel& model);

  /// Rows of the file of given values; 0: there is none.
  std::int64_t given_rows() const { return given_ ? given_->rows() : 0; }
  /// The rows of given values; nothing: there is no such file.
  const std::optional<GivenRows>& given() const { return given_; }
  /// The one row of values that all rows shall have; nothing: there are none.
  const std::optional<GivenRows>& fixed() const { return fixed_; }
  /// Adds what is asked for to a request.
  void put(CellRequest& request) const;
  /// Where in its cell the number of a column lies that was drawn at `place`.
  double place(std::size_t column, std::int32_t cell, double place) const;
  /// Puts given numbers into row `row` of the request as they were given, and holds the others to
  /// their ranges.
  void settle(std::uint64_t row, std::span<double> numbers) const;

 private:
  struct Range {
    std::size_t column;  // of cells
    std::size_t number;  // of a row
    bool is_number;      // not a choice
    double low, high;
    std::vector<std::optional<CellColumn::Part>> parts;  // of each cell
  };

  std::uint64_t per_row_;
  std::optional<GivenRows> given_, fixed_;
  std::vector<Range> ranges_;
  std::vector<std::uint8_t> allowed_;  // of all cells; empty: all are
};

}  // namespace vgan
