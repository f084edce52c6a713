// What the columns of a table are found to be.
#include "engine/data/schema.hpp"

#include "engine/data/readers/table_reader.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/skip.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

Table table_of(const std::string& text) {
  const TempDir folder;
  return read_table(write_file(folder.path() / "t.csv", text));
}

// The schema of one column with these cells.
ColumnSchema column_of(const std::vector<std::string>& cells, const std::string& name = "c") {
  std::string text = name + ",other\n";
  for (const std::string& cell : cells) text += cell + ",1\n";
  return infer_schema(table_of(text)).columns[0];
}

std::vector<std::string> repeated(const std::vector<std::string>& cells, int times) {
  std::vector<std::string> all;
  for (int i = 0; i < times; ++i) all.insert(all.end(), cells.begin(), cells.end());
  return all;
}

std::vector<std::string> counted_up(int count, double step) {
  std::vector<std::string> cells;
  for (int i = 0; i < count; ++i) cells.push_back(std::to_string(i * step));
  return cells;
}

}  // namespace

TEST_CASE("a column's kind is found by its values", "[readers][schema]") {
  CHECK(column_of(repeated({"0", "1"}, 5)).kind == ColumnKind::boolean);
  CHECK(column_of(repeated({"1", "2"}, 5)).kind == ColumnKind::grid);
  CHECK(column_of(repeated({"yes", "No"}, 5)).kind == ColumnKind::boolean);
  CHECK(column_of(repeated({"M", "F", "I"}, 5)).kind == ColumnKind::categorical);
  CHECK(column_of(repeated({"0.5", "1.5", "2.5"}, 5)).kind == ColumnKind::grid);
  CHECK(column_of(counted_up(50, 0.37)).kind == ColumnKind::continuous);
  CHECK(column_of({"7", "12", "9", "30"}).kind == ColumnKind::integer);
  CHECK(column_of({"7", "12", "9", "30.5"}).kind == ColumnKind::continuous);
  CHECK(column_of({"NA", "NA"}).kind == ColumnKind::ignored);

  std::vector<std::string> counts, names;
  for (int i = 0; i < 30; ++i) {
    counts.push_back(std::to_string(i + 5));
    names.push_back("run-" + std::to_string(i));
  }
  CHECK(column_of(counts).kind == ColumnKind::id);
  CHECK(column_of(names).kind == ColumnKind::id);
  CHECK(column_of(names).words.empty());
  counts[7] = "NA";
  CHECK(column_of(counts).kind == ColumnKind::integer);

  CHECK(column_of(std::vector<std::string>(30, "10000000000000000")).kind == ColumnKind::grid);
  CHECK(column_of(repeated({"0.0", "1.0"}, 1)).kind == ColumnKind::boolean);
  counts.clear();
  for (int i = 0; i < 30; ++i) counts.push_back(std::to_string(i) + ".0");
  CHECK(column_of(counts).kind == ColumnKind::integer);

  // Up to 40 values that come again, or more where each comes often.
  CHECK(column_of(repeated(counted_up(40, 0.5), 3)).kind == ColumnKind::grid);
  CHECK(column_of(repeated(counted_up(41, 0.5), 3)).kind == ColumnKind::continuous);
  CHECK(column_of(repeated(counted_up(41, 0.5), 50)).kind == ColumnKind::grid);
}

TEST_CASE("a column's unit, range and missing cells are kept", "[readers][schema]") {
  const ColumnSchema column = column_of({"1.5", "?", "-2.25", "?"}, "Vel [m/s]");
  CHECK(column.name == "Vel [m/s]");
  CHECK(column.unit == "m/s");
  CHECK(column.low == -2.25);
  CHECK(column.high == 1.5);
  CHECK(column.missing == 2);
  CHECK(column.missing_mark == "?");
  CHECK(column_of({"1"}, "T (K)").unit == "K");
  CHECK(column_of({"1"}, "[m]").unit.empty());
  CHECK(column_of({"1"}, "x").unit.empty());
}

TEST_CASE("a schema is shown as a table", "[readers][schema]") {
  const Table table = table_of("Vel [m/s],sex,empty\n1,M,\n2,F,\n4,M,\n");
  CHECK_THAT(schema_text(infer_schema(table), table, true),
             ContainsSubstring(": 3 rows of 3 columns; commas between cells, a header\n\n"
                               "  column     unit  kind         role       values  missing  "
                               "distribution\n"
                               "  Vel [m/s]  m/s   integer      condition  1 to 4           "
                               "█   █      █\n"
                               "  sex              categorical  outcome    2: M F           █▄\n"
                               "  empty            ignored                         3 empty\n"));
  CHECK_THAT(schema_text(infer_schema(table), table, false), !ContainsSubstring("█"));
  // What no column has is left out.
  const Table plain = table_of("a,b\n1,x\n2,y\n4,x\n");
  CHECK_THAT(schema_text(infer_schema(plain), plain, true),
             ContainsSubstring("\n  column  kind         role       values  distribution\n"
                               "  a       integer      condition  1 to 4  █   █      █\n"));
}

namespace {

/// The characters of the longest line.
std::size_t width_of(const std::string& text) {
  std::size_t most = 0, here = 0;
  for (const char c : text) {
    if (c == '\n') {
      here = 0;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      most = std::max(most, ++here);
    }
  }
  return most;
}

std::string shown(const std::string& table_text) {
  const Table table = table_of(table_text);
  return schema_text(infer_schema(table), table, true);
}

}  // namespace

TEST_CASE("a schema fits 80 columns where it can", "[readers][schema]") {
  std::string words = "a,b\n";
  for (int i = 0; i < 60; ++i) {
    words += std::string(i % 2 == 0 ? "Never-married" : "Married-civ-spouse") + "," +
             std::to_string(i * 7919 % 60) + ".5\n";
  }
  CHECK_THAT(shown(words), ContainsSubstring("2: Never-married ...") ||
                               ContainsSubstring("2: Married-civ-spouse ...") ||
                               ContainsSubstring("2: Never-married Married-civ"));
  CHECK(width_of(shown(words)) <= 80);
  // Lists of words first, then the bars, then names.
  std::string wide = "occupation_of_the_respondent,capital_gain_of_last_year\n";
  for (int i = 0; i < 60; ++i) {
    wide += std::string(i % 2 == 0 ? "Never-married" : "Married-civ-spouse") + "," +
            (i % 5 == 0 ? "NA" : std::to_string(i * 7919 % 60) + ".5") + "\n";
  }
  const std::string text = shown(wide);
  CHECK(width_of(text) <= 80);
  CHECK_THAT(text, ContainsSubstring("histogram") && ContainsSubstring("12 NA") &&
                       ContainsSubstring("occupation") && ContainsSubstring("..."));
  CHECK_THAT(text, !ContainsSubstring("distribution"));
}

TEST_CASE("the schemas of real tables", "[readers][schema]") {
  const auto shared = shared_data();
  if (!shared || !std::filesystem::exists(*shared / "tables")) VGAN_SKIP("no shared data");
  for (const auto& file : std::filesystem::directory_iterator(*shared / "tables")) {
    Table table = read_table(file.path());
    table.source = file.path().filename().string();
    INFO(table.source);
    CHECK(width_of(schema_text(infer_schema(table), table, true)) <= 80);
  }
  using K = ColumnKind;
  const auto kinds = [&](const char* file) {
    std::vector<K> found;
    for (const ColumnSchema& column : infer_schema(read_table(*shared / "tables" / file)).columns) {
      found.push_back(column.kind);
    }
    return found;
  };
  CHECK(kinds("airfoil_self_noise.dat") ==
        std::vector<K>{K::grid, K::grid, K::grid, K::grid, K::continuous, K::continuous});
  CHECK(kinds("iris.csv") ==
        std::vector<K>{K::grid, K::grid, K::continuous, K::grid, K::categorical});
  CHECK(kinds("ccpp_Folds5x2_pp.csv") == std::vector<K>(5, K::continuous));

  const Table adult = read_table(*shared / "tables/adult-train.csv");
  CHECK(adult.rows == 32561);
  CHECK_FALSE(adult.dialect.header);
  CHECK(adult.dialect.blank_after);
  CHECK(adult.columns[1].missing == 1836);
  CHECK(adult.columns[14].words == std::vector<std::string>{"<=50K", ">50K"});
  const Table concrete = read_table(*shared / "tables/concrete_data.csv");
  CHECK(concrete.dialect.byte_order_mark);
  CHECK(concrete.columns[0].name == "Cement");
  CHECK(concrete.columns[0].numbers[0] == 540.0);
  const Table heart = read_table(*shared / "tables/processed.cleveland.data");
  CHECK(heart.rows == 303);
  CHECK(heart.columns[11].missing == 4);
  const Schema air = infer_schema(read_table(*shared / "tables/pollution.csv"));
  CHECK(air.columns[0].kind == K::id);
  CHECK(air.columns[5].missing_mark == "NA");
}
