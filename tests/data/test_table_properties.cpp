// What holds of every table: its rows come back as they stand in its file.
#include <algorithm>

#include "engine/base/number_text.hpp"
#include "engine/data/readers/delimited.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/random_table.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Numbers = std::vector<double>;
using Rows = std::vector<std::vector<std::string>>;

std::string written(const Trials& trials) {
  TableWriter writer(*trials.schema, trials.schema->dialect);
  return writer.begin() + std::string(writer.lines(std::get<Numbers>(trials.values)));
}

Rows rows_of(const MemoryFile& file, const std::string& text, const Dialect& dialect) {
  file.put(text);
  ByteSource source(file.path(), "cannot read");
  DelimitedReader reader(source, dialect);
  Rows rows;
  for (std::vector<std::string_view> cells; reader.next(cells);) {
    rows.emplace_back(cells.begin(), cells.end());
  }
  return rows;
}

bool same_number(std::string a, std::string b, char decimal) {
  const auto value_of = [&](std::string& text) {
    for (char& c : text) c = c == decimal ? '.' : c;
    return read_number<double>(text.starts_with('+') ? text.substr(1) : text);
  };
  const auto left = value_of(a), right = value_of(b);
  return left && right && *left == *right;
}

// The first cell that came back as another; nothing where there is none.
std::string difference(const MemoryFile& file, const RandomTable& table, const std::string& text) {
  const std::string want_text = table.written();
  if (text == want_text) return "";
  const Rows got = rows_of(file, text, table.dialect);
  const Rows want = rows_of(file, want_text, table.dialect);
  if (got.size() != want.size()) return std::to_string(got.size()) + " rows";
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (got[i].size() != want[i].size()) return std::to_string(got[i].size()) + " cells";
    for (std::size_t j = 0; j < got[i].size(); ++j) {
      if (got[i][j] == want[i][j]) continue;
      const std::size_t header = table.dialect.header ? 1 : 0;
      const bool number = i >= header && table.columns[j].cells[i - header].by_value;
      if (number && same_number(got[i][j], want[i][j], table.dialect.decimal)) continue;
      return "row " + std::to_string(i) + ", column " + std::to_string(j) + ": '" + got[i][j] +
             "' for '" + want[i][j] + "'";
    }
  }
  const bool loose =
      std::any_of(table.columns.begin(), table.columns.end(), [](const RandomColumn& column) {
        return std::any_of(column.cells.begin(), column.cells.end(),
                           [](const RandomCell& cell) { return cell.by_value; });
      });
  return loose ? "" : "another spelling of the same cells";
}

}  // namespace

TEST_CASE("rows of any table come back as they stand in its file", "[schema][properties]") {
  const MemoryFile file;
  for (const std::uint64_t seed : cases()) {
    const RandomTable random = random_table(seed);
    const std::string text = random.text();
    INFO("seed " << seed << "\n" << text);
    file.put(text);
    const Table table = read_table(file.path(), random.dialect_wish, random.wish);
    const Trials trials = table_trials(table, infer_schema(table));
    const Schema& schema = *trials.schema;
    REQUIRE(schema.columns.size() == random.columns.size());
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
      INFO("column " << i);
      if (random.columns[i].kind) REQUIRE(schema.columns[i].kind == *random.columns[i].kind);
    }
    const std::string made = written(trials);
    INFO("written:\n" << made);
    REQUIRE(difference(file, random, made) == "");
    Numbers snapped = std::get<Numbers>(trials.values);
    RowDecoder(schema).snap(snapped);
    REQUIRE(snapped == std::get<Numbers>(trials.values));
  }
}
