// The settings that rows are drawn at, as a file beside or instead of the rows names them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/generate/generate.hpp"
#include "engine/generate/given_conditions.hpp"
#include "engine/generate/row_wishes.hpp"
#include "engine/generate/table_lines.hpp"
#include "engine/models/generator_model.hpp"

namespace vgan {

/// Settings one after the other, each of so many rows: those of a table that is given, a class or a
/// vector of conditions, or but one of which nothing is given.
struct RowSettings {
  std::uint64_t rows_each = 1;
  std::vector<std::string> names;  ///< of the columns that are given
  /// Adds the cells of a setting, counted from 0, one for each name; empty where there are none.
  std::function<void(std::uint64_t setting, TableLines& line)> put;
  /// Whether a setting gives a column of the schema; empty: none does.
  std::function<bool(std::uint64_t setting, std::size_t column)> gives;
  std::uint64_t count = 1;
};

/// Whether `per_row` samples are drawn for each row of the conditions that are given.
bool takes_rows_each(const GenerateRequest& request);

/// The settings of a request whose `count` is that of all samples. `model`, `wishes` and
/// `conditions` must outlive them.
/// Throws bad_config for more rows of a setting than a summary keeps.
RowSettings settings_of(const GenerateRequest& request, const GeneratorModel& model,
                        const std::optional<RowWishes>& wishes,
                        const std::optional<GivenConditions>& conditions);

}  // namespace vgan
