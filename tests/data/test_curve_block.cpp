// Columns that are the samples of one curve.
#include "engine/data/curve_block.hpp"

#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// A table of 30 rows: a load, `samples` numbered columns and a result.
template <class Sample>
Table table_of(const std::string& prefix, std::size_t width, int samples, Sample&& sample) {
  const auto name = [&](int i) {
    std::string number = std::to_string(i);
    while (number.size() < width) number.insert(0, 1, '0');
    return prefix + number;
  };
  std::string text = "load";
  for (int i = 0; i < samples; ++i) text += "," + name(i);
  text += ",result\n";
  for (int row = 0; row < 30; ++row) {
    text += fixed_text(row * 1.5, 1);
    for (int i = 0; i < samples; ++i) text += "," + fixed_text(sample(row, i), 3);
    text += "," + fixed_text(row * 0.37, 2) + "\n";
  }
  const TempDir folder;
  return read_table(write_file(folder.path() / "t.csv", text));
}

double wave(int row, int i) { return (1.0 + 0.1 * row) * std::sin(0.1 * i); }

}  // namespace

TEST_CASE("names that count on are found", "[curves]") {
  const auto blocks = numbered_columns({"a1", "t_8", "t_9", "t_10", "x", "t_12", "u_01", "u_02",
                                        "u_04", "9", "10", "v99", "v100", "w09", "w010"});
  REQUIRE(blocks.size() == 4);
  CHECK(blocks[0].pattern() == "t_*");
  CHECK(blocks[0].first == 1);
  CHECK(blocks[0].count == 3);
  CHECK(blocks[1].pattern() == "u_*");
  CHECK(blocks[1].count == 2);
  CHECK(blocks[2].pattern() == "*");
  CHECK(blocks[3].pattern() == "v*");
}

TEST_CASE("numbered columns that are alike are a curve, with one scale", "[curves]") {
  const Table table = table_of("t_", 3, 256, wave);
  const Schema schema = infer_schema(table);
  const auto blocks = curve_blocks(schema);
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].first == 1);
  CHECK(blocks[0].count == 256);
  for (std::size_t i = 1; i < 257; ++i) {
    REQUIRE(schema.columns[i].kind == ColumnKind::curve);
    REQUIRE(schema.columns[i].low == schema.columns[1].low);
    REQUIRE(schema.columns[i].high == schema.columns[1].high);
    REQUIRE(schema.columns[i].role == ColumnRole::condition);
  }
  CHECK(schema.columns[1].high == Approx(3.9).epsilon(0.01));
  CHECK(schema.columns[257].role == ColumnRole::outcome);
  CHECK_THAT(schema_text(schema, table, true),
             ContainsSubstring("\n  t_000 .. t_255  curve of 256  condition  -3.9 to 3.899"));
  // Names without zeros before their numbers: by their neighbours.
  CHECK(curve_blocks(infer_schema(table_of("t", 1, 20, wave))).size() == 1);
}

TEST_CASE("numbered columns that are not alike are no curve", "[curves]") {
  Dice dice(1);
  const auto none = [](const Table& table) { return curve_blocks(infer_schema(table)).empty(); };
  CHECK(none(table_of("t_", 3, 7, wave)));
  // Answers to questions have nothing to do with their neighbours.
  CHECK(none(
      table_of("Q", 1, 20, [&](int, int) { return 1.0 + static_cast<double>(dice.roll(5)); })));
  // Design variables have ranges of their own.
  CHECK(none(table_of("X", 1, 9, [](int row, int i) { return (i % 3 == 1 ? 500.0 : 1.0) + row; })));
  CHECK(
      none(table_of("x_", 2, 9, [](int row, int i) { return (i % 3 == 1 ? 500.0 : 1.0) + row; })));
  CHECK(none(table_of("t_", 2, 9, [](int, int) { return 1.0; })));
}

TEST_CASE("the last columns of a curve are the outcome together", "[curves]") {
  const Schema schema = infer_schema([] {
    std::string text = "load";
    for (int i = 0; i < 9; ++i) text += ",y_0" + std::to_string(i);
    for (int row = 0; row < 20; ++row) {
      text += "\n" + fixed_text(row * 0.7, 1);
      for (int i = 0; i < 9; ++i) text += "," + fixed_text(wave(row, i), 3);
    }
    const TempDir folder;
    return read_table(write_file(folder.path() / "t.csv", text + "\n"));
  }());
  CHECK(schema.columns[0].role == ColumnRole::condition);
  for (std::size_t i = 1; i < 10; ++i) CHECK(schema.columns[i].role == ColumnRole::outcome);
}

TEST_CASE("a column of a curve without any number has no say in its range and style") {
  ColumnWish wish;
  wish.name = "t_*";
  wish.place = "s.toml:1";
  wish.kind = ColumnKind::curve;
  const TempDir folder;
  const std::string text = "t_8,t_9\n1.50,NA\n2.50,NA\n3.50,NA\n";
  const Table table = read_table(write_file(folder.path() / "t.csv", text), {}, {"s.toml", {wish}});
  const Schema schema = infer_schema(table);
  CHECK(schema.columns[0].low == 1.5);
  CHECK(schema.columns[0].style.least_decimals == 2);
  CHECK(schema.columns[1].high == 3.5);
}
