// Columns of a table as cells, and back.
#include "engine/encode/table_cells.hpp"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/encode/design_columns.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Kind = CellColumn::Kind;
using Numbers = std::vector<double>;

Trials trials_of_file(const std::filesystem::path& path) {
  const Table table = read_table(path);
  return table_trials(table, infer_schema(table));
}

Trials trials_of(const std::string& text) {
  const TempDir folder;
  return trials_of_file(write_file(folder.path() / "t.csv", text));
}

std::span<const double> row_of(const Trials& trials, std::int64_t row) {
  const auto& numbers = std::get<Numbers>(trials.values);
  const auto width = static_cast<std::size_t>(trials.values_per_trial());
  return std::span(numbers).subspan(static_cast<std::size_t>(row) * width, width);
}

const CellColumn& column_named(const TableCells& cells, const Schema& schema,
                               const std::string& name) {
  const std::vector<EncodedColumn> encoded = encoded_columns(schema);
  for (const CellColumn& column : cells.columns()) {
    const auto first = static_cast<std::size_t>(column.head().first);
    if (schema.columns[encoded[first].column].name == name) return column;
  }
  FAIL("no column " << name);
  return cells.columns().front();
}

// A row of one number alone.
Head number_head(bool missing) { return {0, 1, HeadKind::number, missing ? 1 : -1}; }

}  // namespace

TEST_CASE("columns are the cells that NumPy and SciPy make of them", "[encode][golden]") {
  const std::filesystem::path golden = source_dir() + "/tests/golden";
  std::ifstream file(golden / "table_cells.json");
  const nlohmann::json expected = nlohmann::json::parse(file)["columns"];
  REQUIRE(expected.size() == 4);
  const Trials train = trials_of_file(golden / "tables/train.csv");
  const Schema& schema = *train.schema;
  const TableCells cells = TableCells::fit(train);
  for (const auto& [name, column] : expected.items()) {
    INFO(name);
    const CellColumn& made = column_named(cells, schema, name);
    const Numbers middles = column["middles"], shares = column["shares"];
    REQUIRE(made.values().size() == middles.size());
    for (std::size_t cell = 0; cell < middles.size(); ++cell) {
      CHECK(made.values()[cell] == Approx(middles[cell]).epsilon(1e-12));
      CHECK(made.shares()[cell] == Approx(shares[cell]).epsilon(1e-12));
    }
    const std::vector<Numbers> features = column["features"];
    const CellFeatures own = cell_features(made);
    const std::size_t width = features[0].size();
    REQUIRE(own.width >= width + 1);
    for (std::size_t i = 0; i < features.size(); ++i) {
      for (std::size_t j = 0; j < width; ++j) {
        INFO("cell " << 7 * i << ", feature " << j);
        CHECK(own.numbers[7 * i * own.width + j] == Approx(features[i][j]).margin(2e-6));
      }
    }
    // Rows of another table of the same columns.
    const Table test = read_table(golden / "tables/test.csv");
    const auto at = std::find_if(test.columns.begin(), test.columns.end(),
                                 [&](const TableColumn& one) { return one.name == name; });
    const std::vector<std::size_t> places = column["cells"];
    const Head& head = made.head();
    for (std::size_t row = 0; row < places.size(); ++row) {
      const double number = at->numbers[row];
      Numbers numbers(cells.numbers(), 0.0);
      const auto first = static_cast<std::size_t>(head.first);
      if (head.kind == HeadKind::choice) {
        const Numbers& values = made.values();
        const auto value = std::find(values.begin(), values.end(), number);
        numbers[first + static_cast<std::size_t>(value - values.begin())] = 1.0;
      } else if (std::isnan(number)) {
        numbers[static_cast<std::size_t>(head.missing)] = 1.0;
      } else {
        numbers[first] = number;
      }
      CHECK(made.cell_of(numbers) == places[row]);
    }
  }
}

TEST_CASE("shares with the nearest row are those that NumPy finds", "[encode][golden]") {
  const std::filesystem::path golden = source_dir() + "/tests/golden";
  std::ifstream file(golden / "table_cells.json");
  const nlohmann::json expected = nlohmann::json::parse(file)["columns"];
  const Table table = read_table(golden / "tables/train.csv");
  std::vector<Numbers> columns;
  for (const TableColumn& column : table.columns) {
    Numbers numbers = column.numbers;
    for (const std::int32_t cell : column.cells) {
      numbers.push_back(cell < 0 ? static_cast<double>(column.words.size()) : cell);
    }
    columns.push_back(numbers);
  }
  const Numbers shares = shares_with_nearest(columns);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto& name = table.columns[i].name;
    if (!expected.contains(name)) continue;
    CHECK(shares[i] == Approx(expected[name]["share_with_nearest"].get<double>()).margin(0.005));
  }
  // A design: two settings of five values each, crossed, and what is measured at them.
  std::vector<Numbers> design(3);
  Dice dice(3);
  for (int row = 0; row < 500; ++row) {
    design[0].push_back(row % 5);
    design[1].push_back(row / 5 % 5);
    design[2].push_back(design[0].back() * 10.0 + static_cast<double>(dice.roll(40)) / 10.0);
  }
  const Numbers found = shares_with_nearest(design);
  CHECK(found[0] > 0.8);
  CHECK(found[2] < 0.3);
  CHECK(shares_with_nearest({{1.0, 1.0}}) == Numbers{0.0});
}

TEST_CASE("each row of a table stands in cells that give it back", "[encode]") {
  std::string text = "No,x,grade,on,word,gap,few\n";
  for (int row = 0; row < 600; ++row) {
    text += std::to_string(row + 1) + "," + std::to_string(row * row % 977) + ".5," +
            (row % 11 == 2 ? "" : std::to_string(row % 3)) + "," + std::to_string(row % 2) + "," +
            (row % 7 == 3   ? "NA"
             : row % 2 == 0 ? "red"
                            : "blue") +
            "," + (row % 5 == 4 ? "?" : std::to_string(1000 - row) + ".25") + "," +
            std::to_string(row * row % 37) + "\n";
  }
  const Trials trials = trials_of(text);
  const TableCells cells = TableCells::fit(trials);
  REQUIRE(cells.columns().size() == 6);
  CHECK(cells.columns()[0].kind() == Kind::quantile);
  CHECK(cells.columns()[1].size() == 4);  // 0, 1, 2 and none
  CHECK(cells.columns()[1].values() == Numbers{0.0, 1.0, 2.0});
  CHECK(cells.columns()[2].size() == 2);
  CHECK(cells.columns()[3].size() == 3);
  CHECK(cells.columns()[4].may_be_missing());
  CHECK(cells.columns()[5].kind() == Kind::category);
  std::vector<std::int32_t> of_row(6), again(6);
  Numbers row(cells.numbers());
  for (std::int64_t i = 0; i < trials.count; ++i) {
    const std::span<const double> real = row_of(trials, i);
    cells.encode(real, of_row);
    for (const float u : {0.0F, 0.5F, 0.999999F}) {
      cells.decode(of_row, std::vector<float>(6, u), row);
      cells.encode(row, again);
      CHECK(again == of_row);
      for (std::size_t j = 0; j < cells.columns().size(); ++j) {
        const Head& head = cells.columns()[j].head();
        if (cells.columns()[j].kind() == Kind::quantile) continue;
        for (std::int32_t k = head.first; k < head.first + head.size; ++k) {
          CHECK(row[static_cast<std::size_t>(k)] == real[static_cast<std::size_t>(k)]);
        }
      }
    }
  }
  const std::vector<std::size_t> order = drawing_order(cells, *trials.schema);
  CHECK(order == std::vector<std::size_t>{2, 3, 1, 0, 4, 5});
}

TEST_CASE("numbers of quantile cells follow the distribution that they were cut by", "[encode]") {
  Dice dice(8);
  Numbers numbers;
  for (int i = 0; i < 20000; ++i) {
    const double u = (static_cast<double>(dice.roll(1000000)) + 0.5) / 1e6;
    numbers.push_back(dice.roll(4) == 0 ? 0.0 : std::exp(3.0 * u));  // a quarter at one number
  }
  const CellColumn column = CellColumn::of_numbers(number_head(false), numbers, false);
  CHECK(column.kind() == Kind::quantile);
  std::sort(numbers.begin(), numbers.end());
  Numbers drawn;
  for (int i = 0; i < 20000; ++i) {
    double at = (i + 0.5) / 20000.0, below = 0.0;
    std::size_t cell = 0;
    while (cell + 1 < column.size() && below + column.shares()[cell] < at) {
      below += column.shares()[cell++];
    }
    Numbers row(1);
    column.put(cell, (at - below) / column.shares()[cell], row);
    drawn.push_back(row[0]);
  }
  CHECK(std::count(drawn.begin(), drawn.end(), 0.0) ==
        std::count(numbers.begin(), numbers.end(), 0.0));
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    CHECK(drawn[i] == Approx(numbers[i]).epsilon(0.02).margin(1e-9));
  }
  CHECK(*std::min_element(drawn.begin(), drawn.end()) >= numbers.front());
  CHECK(*std::max_element(drawn.begin(), drawn.end()) <= numbers.back());
}

TEST_CASE("cells in which numbers lie far apart are halved, others are quantiles", "[encode]") {
  // 1,600 numbers alike in steps of 1, which 64 quantiles cut into 25 each; the last of them
  // spread.
  const auto cells_of = [](double spread) {
    Numbers numbers;
    for (int i = 0; i < 1575; ++i) numbers.push_back(i);
    for (int i = 1; i <= 25; ++i) numbers.push_back(1575.0 + spread * i);
    return CellColumn::of_numbers(number_head(false), numbers, false);
  };
  CHECK(cells_of(1.0).values().size() == 64);
  const CellColumn long_tail = cells_of(100.0);
  // Into 12 and 13, then 6 and 6, 6 and 7, then 3 and 3 and so on, never fewer.
  CHECK(long_tail.values().size() == 71);
  CHECK(long_tail.shares().back() == Approx(4.0 / 1600.0));
  CHECK(long_tail.values().back() == 1575.0 + 100.0 * 23.5);
  for (std::size_t cell = 0; cell < 63; ++cell) {
    CHECK(long_tail.shares()[cell] == Approx(1.0 / 64.0));
  }
  for (const double share : long_tail.shares()) CHECK(share > 2.9 / 1600.0);
  // Neither an outlier nor numbers whose span is no number makes cells of the others.
  CHECK(cells_of(1e300).values().size() == 71);
  Numbers huge(128, 0.0);
  for (std::size_t i = 0; i < 128; ++i)
    huge[i] = (i < 64 ? -1e308 : 1e308) + 1e300 * static_cast<double>(i);
  CHECK(CellColumn::of_numbers(number_head(false), huge, false).values().size() == 64);
}

TEST_CASE("numbers that come again are a grid where they are few, a design, or often there",
          "[encode]") {
  const auto kind_of = [](int values, int rows, bool design) {
    Numbers numbers;
    for (int i = 0; i < rows; ++i) numbers.push_back(i % values);
    return CellColumn::of_numbers(number_head(false), numbers, design).kind();
  };
  CHECK(kind_of(40, 200, false) == Kind::grid);
  CHECK(kind_of(41, 200, false) == Kind::quantile);
  CHECK(kind_of(41, 200, true) == Kind::grid);
  CHECK(kind_of(41, 41 * 50, false) == Kind::grid);
  CHECK(kind_of(257, 257 * 60, true) == Kind::quantile);
  CHECK(kind_of(40, 70, false) == Kind::quantile);  // each less than twice
}
