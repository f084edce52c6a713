// The tables of tests/golden/make_table_measures.py, and what SciPy and scikit-learn say of them.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "engine/base/json_text.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/metrics/measured_rows.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/paths.hpp"

namespace vgan::testing {

inline std::filesystem::path golden_folder() {
  return std::filesystem::path(source_dir()) / "tests" / "golden";
}

/// All rows of a table, by a schema that may grow.
inline MeasuredRows all_rows(const Table& table, Schema& schema) {
  std::vector<std::int64_t> which(static_cast<std::size_t>(table.rows));
  std::iota(which.begin(), which.end(), 0);
  return measured_rows(table, which, schema);
}

inline nlohmann::json golden_measures() {
  std::ifstream file(golden_folder() / "table_measures.json", std::ios::binary);
  return read_json({std::istreambuf_iterator<char>(file), {}});
}

struct GoldenTables {
  Table read = read_table(golden_folder() / "tables" / "train.csv");
  Schema schema = infer_schema(read);
  MeasuredRows train = all_rows(read, schema);
  MeasuredRows test = all_rows(read_table(golden_folder() / "tables" / "test.csv"), schema);
  MeasuredRows drawn = all_rows(read_table(golden_folder() / "tables" / "drawn.csv"), schema);
  nlohmann::json expected = golden_measures();
};

/// The place of a column by its name.
inline std::size_t place_of(const MeasuredRows& rows, const std::string& name) {
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    if (rows.columns[i].name == name) return i;
  }
  FAIL("no column " << name);
  return 0;
}

}  // namespace vgan::testing
