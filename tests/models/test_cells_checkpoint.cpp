// The cells of columns in a checkpoint: they come back as they were, and what is none is refused.
#include "engine/models/cells_checkpoint.hpp"

#include <cmath>
#include <cstring>

#include "engine/base/error.hpp"
#include "engine/encode/cell_layout.hpp"
#include "engine/models/table_curves.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/curve_table.hpp"
#include "tests/support/masked_run.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

std::string mixed_table() {
  std::string text = "setting,flag,word,measured,gap\n";
  for (int i = 0; i < 400; ++i) {
    text += std::to_string(i % 30) + (i % 2 == 0 ? ",yes," : ",no,") + (i % 3 == 0 ? "a," : "b,") +
            std::to_string(0.37 * ((i * 97) % 400)) + "," +
            (i % 7 == 0 ? "" : std::to_string((i * 31) % 211)) + "\n";
  }
  return text;
}

std::vector<double> numbers_of(const CheckpointTensor& tensor) {
  std::vector<double> numbers(tensor.bytes.size() / sizeof(double));
  std::memcpy(numbers.data(), tensor.bytes.data(), tensor.bytes.size());
  return numbers;
}

void put(Checkpoint& checkpoint, const std::vector<double>& numbers,
         const char* name = cells_name) {
  CheckpointTensor& tensor = checkpoint.tensors.at(name);
  tensor.shape = {static_cast<std::int64_t>(numbers.size())};
  tensor.bytes.resize(numbers.size() * sizeof(double));
  std::memcpy(tensor.bytes.data(), numbers.data(), tensor.bytes.size());
}

}  // namespace

TEST_CASE("cells come back from a checkpoint as they were", "[models][cells]") {
  for (const std::string& text : {mixed_table(), known_table(500)}) {
    const Trials trials = table_of(text);
    const TableCells cells = TableCells::fit(trials);
    Checkpoint checkpoint;
    save_cells(cells, checkpoint);
    CHECK((read_cells(checkpoint, *trials.schema, "a test") == cells));
  }
}

TEST_CASE("a tensor that holds no cells of the schema is bad data", "[models][cells][hostile]") {
  const Trials trials = table_of(mixed_table());
  Checkpoint good;
  save_cells(TableCells::fit(trials), good);
  const std::vector<double> numbers = numbers_of(good.tensors.at(cells_name));
  const auto refused = [&](const Checkpoint& bad) {
    try {
      (void)read_cells(bad, *trials.schema, "a test");
    } catch (const Error& error) {
      return error.code() == ErrorCode::bad_data;
    }
    return false;
  };
  CHECK(refused({}));
  Checkpoint bad = good;
  bad.tensors.at(cells_name).type = TensorType::f32;
  CHECK(refused(bad));
  // Any prefix ends too early; anything behind is too much.
  for (std::size_t length = 0; length < numbers.size(); length += 13) {
    INFO(length);
    bad = good;
    put(bad, {numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(length)});
    CHECK(refused(bad));
  }
  std::vector<double> longer = numbers;
  longer.push_back(0.0);
  put(bad = good, longer);
  CHECK(refused(bad));
  // No number of the header may be another, and none anywhere NaN or far too large.
  for (std::size_t at = 0; at < 7; ++at) {
    for (const double value : {-1.0, 0.5, 1e300, std::nan("")}) {
      INFO(at << ": " << value);
      std::vector<double> changed = numbers;
      changed[at] = value;
      put(bad = good, changed);
      CHECK(refused(bad));
    }
  }
  for (std::size_t at = 7; at < numbers.size(); at += 11) {
    INFO(at);
    std::vector<double> changed = numbers;
    changed[at] = std::nan("");
    put(bad = good, changed);
    CHECK(refused(bad));
  }
}

TEST_CASE("cells with other finite numbers are refused or can be used",
          "[models][cells][hostile]") {
  const Trials trials = table_of(mixed_table());
  Checkpoint good;
  save_cells(TableCells::fit(trials), good);
  const std::vector<double> numbers = numbers_of(good.tensors.at(cells_name));
  int taken = 0, refused = 0;
  for (std::size_t at = 0; at < numbers.size(); at += 3) {
    for (const double value : {0.0, 1.0, 0.3, -7.0, 1e12}) {
      if (numbers[at] == value) continue;
      std::vector<double> changed = numbers;
      changed[at] = value;
      Checkpoint bad = good;
      put(bad, changed);
      try {
        const TableCells cells = read_cells(bad, *trials.schema, "a test");
        ++taken;
        const CellLayout layout = CellLayout::of(cells, *trials.schema);
        REQUIRE(layout.columns() == static_cast<std::int64_t>(cells.columns().size()));
        for (const float feature : layout.tables) REQUIRE(std::isfinite(feature));
        std::vector<double> row(cells.numbers());
        for (const CellColumn& column : cells.columns()) {
          for (std::size_t cell = 0; cell < column.size(); ++cell) column.put(cell, 0.999, row);
        }
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::bad_data);
        ++refused;
      }
    }
  }
  CHECK(refused > 100);
  CHECK(taken > 0);  // a number of a measurement may be another one
}

TEST_CASE("an ordinal's cells are places of its words", "[models][cells][hostile]") {
  // Words that are ordered, as a file for --schema says it.
  std::string text = "grade,x\n";
  for (int i = 0; i < 90; ++i) {
    text += std::string(i % 3 == 0   ? "low"
                        : i % 3 == 1 ? "mid"
                                     : "high") +
            "," + std::to_string(i * 7 % 31) + "\n";
  }
  const TempDir folder;
  SchemaWish wish;
  ColumnWish grade;
  grade.name = "grade";
  grade.kind = ColumnKind::ordinal;
  grade.values = {{"low", std::nullopt}, {"mid", std::nullopt}, {"high", std::nullopt}};
  wish.columns = {grade};
  const Table table = read_table(write_file(folder.path() / "t.csv", text), {}, wish);
  const Trials trials = table_trials(table, infer_schema(table));
  Checkpoint good;
  save_cells(TableCells::fit(trials), good);
  CHECK_NOTHROW(read_cells(good, *trials.schema, "a test"));
  std::vector<double> numbers = numbers_of(good.tensors.at(cells_name));
  // Behind the seven numbers of the header stand the values 0, 1, 2.
  REQUIRE(numbers[7] == 0.0);
  REQUIRE(numbers[9] == 2.0);
  for (const double value : {1e12, 2.5, 3.0}) {
    numbers[9] = value;
    Checkpoint bad = good;
    put(bad, numbers);
    CHECK_THROWS_AS(read_cells(bad, *trials.schema, "a test"), Error);
  }
}

TEST_CASE("cells of another schema are bad data", "[models][cells][hostile]") {
  Checkpoint checkpoint;
  save_cells(TableCells::fit(table_of(mixed_table())), checkpoint);
  const Trials other = table_of(known_table(200));
  CHECK_THROWS_AS(read_cells(checkpoint, *other.schema, "a test"), Error);
}

TEST_CASE("curves come back from a checkpoint, and damaged ones are refused",
          "[models][cells][curves][hostile]") {
  const Trials trials = table_of(curve_table(60));
  const TableCells cells = TableCells::fit(trials, table_curves(trials).scores);
  REQUIRE(cells.curves().size() == 1);
  Checkpoint good;
  save_cells(cells, good);
  CHECK((read_cells(good, *trials.schema, "a test") == cells));
  const std::vector<double> numbers = numbers_of(good.tensors.at(curves_name));
  const auto refused = [&](const std::vector<double>& changed) {
    Checkpoint bad = good;
    put(bad, changed, curves_name);
    return error_of([&] { (void)read_cells(bad, *trials.schema, "a test"); }).exit_code() == 65;
  };
  for (std::size_t length = 0; length < numbers.size(); length += 7) {
    INFO(length);
    CHECK(refused({numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(length)}));
  }
  for (std::size_t at = 0; at < 4; ++at) {
    for (const double value : {-1.0, 0.5, 0.0, 1e300, std::nan("")}) {
      INFO(at << ": " << value);
      std::vector<double> changed = numbers;
      changed[at] = value;
      CHECK(refused(changed));
    }
  }
  std::vector<double> changed = numbers;
  changed[100] = HUGE_VAL;
  CHECK(refused(changed));
  changed = numbers;
  changed.insert(changed.end(), numbers.begin(), numbers.end());
  CHECK(refused(changed));
  // Without the curves there are too few columns of cells; of another table they are none.
  Checkpoint bare = good;
  bare.tensors.erase(curves_name);
  CHECK_THROWS_AS(read_cells(bare, *trials.schema, "a test"), Error);
  Schema other = *trials.schema;
  other.columns[7].kind = ColumnKind::continuous;
  CHECK_THROWS_AS(read_cells(good, other, "a test"), Error);
}
