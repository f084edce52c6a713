// Tables with constraints, for tests: read, written, and as a network may draw their rows.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "engine/base/libraries.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "engine/settings/schema_file.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/temp_dir.hpp"

namespace vgan::testing {

inline SchemaWish wish_for_rows(const std::vector<std::string>& constraints,
                                const std::string& columns = "") {
  std::string text = "constraints = [";
  for (const std::string& one : constraints) text += "\"" + one + "\",\n";
  return parse_schema_file(text + "]\n" + columns, "s.toml");
}

inline Table table_of(const std::string& text, const SchemaWish& wish) {
  const TempDir folder;
  return read_table(write_file(folder.path() / "t.csv", text), {}, wish);
}

inline Trials trials_of(const std::string& text, const SchemaWish& wish) {
  const Table table = table_of(text, wish);
  return table_trials(table, infer_schema(table));
}

inline std::string written(const Trials& trials) {
  TableWriter writer(*trials.schema, trials.schema->dialect);
  return writer.begin() + std::string(writer.lines(std::get<std::vector<double>>(trials.values)));
}

// What a network may make of the rows: any numbers, most of them within the data's, some far off,
// and some that are none.
inline std::vector<double> random_rows(Dice& dice, const Trials& trials, std::int64_t rows) {
  std::vector<double> numbers;
  const auto& real = std::get<std::vector<double>>(trials.values);
  const auto width = static_cast<std::size_t>(trials.values_per_trial());
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < width; ++i) {
      const double seen = real[dice.roll(static_cast<std::size_t>(trials.count)) * width + i];
      const double noise = static_cast<double>(dice.roll(2001)) / 1000.0 - 1.0;
      const std::size_t luck = dice.roll(50);
      numbers.push_back(luck == 0 ? noise * 1e9 : luck == 1 ? std::nan("") : seen + noise * 0.3);
    }
  }
  return numbers;
}

// Cells of all columns, row by row, as they are drawn.
inline std::vector<std::vector<TableCell>> drawn(const Trials& trials, std::vector<double> rows) {
  RowDecoder(*trials.schema).snap(rows);  // as samples are
  RowDecoder decoder(*trials.schema);
  std::vector<std::vector<TableCell>> cells;
  for (std::span<const double> rest(rows); !rest.empty(); rest = rest.subspan(decoder.size())) {
    cells.push_back(decoder.decode(rest.first(decoder.size())));
  }
  return cells;
}

inline bool has_formulas() { return !formula_libraries().empty(); }

}  // namespace vgan::testing
