// Tables as trials, and back: rows come out as they stand in their file.
#include "engine/data/table_trials.hpp"

#include "engine/base/number_text.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Numbers = std::vector<double>;
using Part = EncodedColumn::Part;

Table table_of(const std::string& text) {
  const TempDir folder;
  return read_table(write_file(folder.path() / "t.csv", text));
}

Trials trials_of(const std::string& text) {
  const Table table = table_of(text);
  return table_trials(table, infer_schema(table));
}

const Numbers& numbers_of(const Trials& trials) { return std::get<Numbers>(trials.values); }

// The file that the trials of a table are written to, in its own dialect.
std::string written(const Trials& trials) {
  TableWriter writer(*trials.schema, trials.schema->dialect);
  return writer.begin() + std::string(writer.lines(numbers_of(trials)));
}

Numbers snapped(const Schema& schema, Numbers row) {
  RowDecoder(schema).snap(row);
  return row;
}

// A table of random columns and dialect, as the writer spells it.
std::string random_table(Dice& dice) {
  const bool tabs = dice.roll(4) == 0;
  const bool semicolons = !tabs && dice.roll(3) == 0;
  const bool commas = semicolons && dice.roll(2) == 0;  // for the decimal point
  const bool crlf = dice.roll(3) == 0;
  const std::string between = tabs ? "\t" : semicolons ? ";" : ",";
  const std::size_t columns = 2 + dice.roll(5);
  const std::size_t rows = 30 + dice.roll(40);
  std::vector<std::vector<std::string>> cells(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t kind = i == 0 ? 1 : dice.roll(6);  // one column at least has decimals
    const std::string mark = dice.roll(2) == 0 ? "NA" : "?";
    const bool gaps = i > 0 && dice.roll(3) == 0;
    cells[i].push_back("c" + std::to_string(i));
    for (std::size_t row = 0; row < rows; ++row) {
      std::string cell;
      const auto whole = static_cast<double>(dice.roll(2000)) - 1000.0;
      switch (kind) {
        case 0: cell = fixed_text(whole, 0); break;
        case 1: cell = fixed_text(whole / 100.0 + 0.005, 3); break;
        case 2: cell = fixed_text(static_cast<double>(dice.roll(5)) / 4.0, 2); break;
        case 3: cell = std::to_string(dice.roll(2)); break;
        case 4: cell = "w" + std::string(1 + dice.roll(4), 'x'); break;
        default: cell = "\"a" + between + std::string(1 + dice.roll(3), 'y') + "\"\"\n\""; break;
      }
      if (commas) std::replace(cell.begin(), cell.end(), '.', ',');
      if (gaps && row > 5 && dice.roll(4) == 0) cell = mark;
      cells[i].push_back(cell);
    }
  }
  std::string text;
  for (std::size_t row = 0; row <= rows; ++row) {
    for (std::size_t i = 0; i < columns; ++i) text += (i > 0 ? between : "") + cells[i][row];
    text += crlf ? "\r\n" : "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("a row is a number for each numeric column, word and missing value", "[schema]") {
  const Trials trials = trials_of("x,sex,y\n1.5,M,3\n2.5,F,?\n4.5,M,5\n");
  REQUIRE(trials.schema);
  const std::vector<EncodedColumn> columns = encoded_columns(*trials.schema);
  CHECK(columns == std::vector<EncodedColumn>{{0, Part::number, 0},
                                              {1, Part::word, 0},
                                              {1, Part::word, 1},
                                              {2, Part::number, 0},
                                              {2, Part::missing, 0}});
  CHECK(encoded_name(*trials.schema, columns[1]) == "sex = M");
  CHECK(encoded_name(*trials.schema, columns[4]) == "y missing");
  CHECK(trials.count == 3);
  CHECK(trials.shape.size() == 5);
  CHECK(trials.shape.kind == TrialKind::row);
  CHECK(numbers_of(trials) == Numbers{1.5, 1, 0, 3, 0, 2.5, 0, 1, 5, 1, 4.5, 1, 0, 5, 0});
  CHECK_NOTHROW(trials.require_consistent());
  CHECK(trials.part(1, 1).schema == trials.schema);

  Trials broken = trials;
  broken.shape = {1, 3, 1, TrialKind::row};
  broken.count = 5;
  CHECK_THROWS_WITH(broken.require_consistent(), ContainsSubstring("5 numbers a row"));
}

TEST_CASE("columns that say nothing of a row are not trained on", "[schema]") {
  std::string text = "No,x,empty\n";
  for (int row = 0; row < 30; ++row) {
    text += std::to_string(row + 7) + "," + std::to_string(row * row) + ",\n";
  }
  const Trials trials = trials_of(text);
  CHECK(trials.shape.size() == 1);
  CHECK(written(trials) == text);  // ids count on, what was empty is
}

TEST_CASE("virtual rows are held to what was seen", "[schema]") {
  const Trials trials =
      trials_of("x,grade,sex\n1.25,0,M\n2.5,0,F\n3.75,2,M\n9,2,F\n0.1,5,I\n0.2,5,I\n0.4,5,M\n");
  const Schema& schema = *trials.schema;
  REQUIRE(schema.columns[1].kind == ColumnKind::grid);
  REQUIRE(encoded_names(schema) == std::vector<std::string>{"x", "grade = 0", "grade = 2",
                                                            "grade = 5", "sex = M", "sex = F",
                                                            "sex = I"});
  CHECK(snapped(schema, {1.2549, 0.9, 0.2, 0.3, 0.2, 0.3, 0.1}) == Numbers{1.25, 1, 0, 0, 0, 1, 0});
  CHECK(snapped(schema, {100.0, -2, -1, -3, 0.9, 0.3, 0.1}) == Numbers{9, 0, 1, 0, 1, 0, 0});
  CHECK(snapped(schema, {-4.0, 0, 0, 70, -3, -2, -1}) == Numbers{0.1, 0, 0, 1, 0, 0, 1});

  const Trials gaps = trials_of("x,w\n1,a\n2,b\n?,NA\n4,a\n");
  CHECK(snapped(*gaps.schema, {3.0, 0.4, 0.3, 0.1, 0.2}) == Numbers{3, 0, 1, 0, 0});
  CHECK(snapped(*gaps.schema, {3.0, 0.6, 0.2, 0.1, 0.3}) == Numbers{3, 1, 0, 0, 1});
}

// A grid of more values than a network chooses among is a number, which goes to the nearest.
TEST_CASE("grids of many values are numbers", "[schema]") {
  std::string gaps = "x,speed\n";
  for (int row = 0; row < 120; ++row) {
    gaps +=
        std::to_string(row) + ".5," + (row % 6 == 5 ? "?" : std::to_string(row % 6 * 20)) + "\n";
  }
  for (int more = 0; more < 3; ++more) {
    INFO(more);
    std::string many = "x,speed\n";
    for (int i = 0; i < 120; ++i) {
      many += std::to_string(i) + ".5," + std::to_string(i % (24 + more) * 4) + "\n";
    }
    const Trials trials = trials_of(many);
    REQUIRE(trials.schema->columns[1].kind == ColumnKind::grid);
    CHECK(trials.values_per_trial() == (more == 0 ? 25 : 2));
    if (more > 0) CHECK(snapped(*trials.schema, {3.4, 10.1}) == Numbers{3.4, 12});
  }
  // People see the number that was chosen, and the middle one where none was.
  const Trials seen =
      trials_of("x,grade,sex\n1.5,0,M\n2.5,0,F\n3.5,2,M\n9,2,F\n0.5,5,M\n7,5,F\n8,5,F\n");
  REQUIRE(shown_names(*seen.schema) ==
          std::vector<std::string>{"x", "grade", "sex = M", "sex = F"});
  CHECK(shown_rows(*seen.schema, Numbers{1.5, 0, 0, 1, 0, 1, 2.5, 1, 0, 0, 1, 0}) ==
        Numbers{1.5, 5, 0, 1, 2.5, 0, 1, 0});
  CHECK(shown_rows(*seen.schema, Numbers{1.5, 0, 0, 0, 0, 1}) == Numbers{1.5, 2, 0, 1});
  // A missing value is one of the choices.
  const Trials missing = trials_of(gaps);
  REQUIRE(missing.values_per_trial() == 7);
  CHECK(snapped(*missing.schema, {3.4, 0, 0, 0, 0, 0, 1}) == Numbers{3.4, 0, 0, 0, 0, 0, 1});
  CHECK(snapped(*missing.schema, {3.4, 0, 0, 1, 0, 0, 0.9}) == Numbers{3.4, 0, 0, 1, 0, 0, 0});
}

TEST_CASE("the rows of a random table come back as they stand in its file", "[schema]") {
  Dice dice(5);
  for (int round = 0; round < 400; ++round) {
    const std::string text = random_table(dice);
    INFO("round " << round << "\n" << text);
    const Trials trials = trials_of(text);
    REQUIRE(written(trials) == text);
    Numbers numbers = numbers_of(trials);
    RowDecoder(*trials.schema).snap(numbers);
    REQUIRE(numbers == numbers_of(trials));
  }
}

TEST_CASE("tables are written as they are spelt", "[schema]") {
  const auto same = [](const std::string& text) { CHECK(written(trials_of(text)) == text); };
  same("a,b\n1.50,63.0\n2.25,1.5\n");
  same(
      "\xef\xbb\xbf"
      "a;b\r\n1,5;x\r\n-0,25;y\r\n");
  same("a,n\n\"1,5\",7\n\"0,25\",8\n");  // quotes where they are needed
  same("a, b\n1, x\n2, y\n");
  same("\"a\",\"b\"\n1,\"x\"\n2,\"y\"\n");
  same("1.5,M\n2.25,F\n0.5,M\n");
  same("a|b\n1|x\n2|\n3|x\n");
  same("a,b\n\"x,1\",\"say \"\"no\"\"\"\n\" y\",\"two\nlines\"\n");
  CHECK(written(trials_of("x\n-1\n-0.001\n0\n")) == "x\n-1\n-0.001\n0\n");
  // Numbers with exponents come back as the same numbers.
  CHECK(written(trials_of("x,y\n1e-20,a\n2.5E3,b\n")) == "x,y\n1e-20,a\n2.5e+03,b\n");
  same("g,n\n0.1234567890123,1\n0.9876543210987,2\n0.001,3\n");
  const Trials mixed = trials_of("g\n0.1234567890123\n0.9876543210987\n1e-3\n");
  CHECK(written(mixed) == "g\n0.1234567890123\n0.9876543210987\n0.001\n");
  CHECK(written(trials_of("t\n1700000000.125\n1700000001.250\n1.7e9\n")) ==
        "t\n1700000000.125\n1700000001.25\n1700000000\n");
  CHECK(written(trials_of("x\n0.0000000000000000000123\n0.0000000000000000000456\n")) ==
        "x\n1.23e-20\n4.56e-20\n");
  same("w,x\n\"\tlead\",1\n\"trail\t\",2\n");
  same("a,b\n\"#N/A\",1\nx,2\n\"#N/A\",3\n");
  // Blanks between cells are one blank.
  CHECK(written(trials_of("  1.0   2.0\n -3.5   4.0\n")) == "1.0 2.0\n-3.5 4.0\n");
}

TEST_CASE("a table is written with other delimiters by the name's ending", "[schema]") {
  Dialect data{.delimiter = '\t', .decimal = ','};
  CHECK(dialect_for(data, ".tsv") == data);
  CHECK(dialect_for(data, ".dat") == data);
  CHECK(dialect_for(data, ".csv").delimiter == ',');
  CHECK(dialect_for(data, ".csv").decimal == '.');
  data = {.delimiter = ';', .decimal = ',', .blank_after = true};
  CHECK(dialect_for(data, ".csv") == data);
  CHECK(dialect_for(data, ".tsv").delimiter == '\t');
  CHECK_FALSE(dialect_for(data, ".tsv").blank_after);
}

TEST_CASE("tables that cannot be trained on are refused", "[schema]") {
  std::string words = "x,w\n", empty = "a,b\n";
  for (int row = 0; row < 600; ++row) {
    words += "1.5,w" + std::to_string(row % 300) + "\n";
    empty += "NA,\n";
  }
  check_error(error_of([&] { trials_of(words); }), 65,
              {"column 2 (w)", "300 different words", "up to 256", "group its words"});
  check_error(error_of([&] { trials_of(empty); }), 65, {"no column to train on"});
  check_error(error_of([&] { trials_of("a,big\n1,1e39\n2,3\n"); }), 65,
              {"column 2 (big)", "1e+39", "up to 3.4e38"});
}

TEST_CASE("names and words are part of a table's fingerprint", "[schema]") {
  const std::string one = trials_of("x,w\n1,a\n2,b\n").fingerprint();
  CHECK(trials_of("x,w\n1,a\n2,b\n").fingerprint() == one);
  CHECK(trials_of("y,w\n1,a\n2,b\n").fingerprint() != one);
  CHECK(trials_of("x,w\n1,b\n2,a\n").fingerprint() != one);
}

TEST_CASE("open_trials reads tables, and as plain numbers where a shape is wished", "[readers]") {
  const TempDir folder;
  const auto path = write_file(folder.path() / "t.txt", "1 2 3 4\n5 6 7 8\n");
  const auto opened = [&](const ShapeWish& shape) {
    return open_trials({.data = path.string(), .shape = shape});
  };
  CHECK(opened({}).schema);
  CHECK(opened({}).shape.kind == TrialKind::row);
  CHECK(opened({.curves = true}).shape.kind == TrialKind::curve);
  CHECK_FALSE(opened({.curves = true}).schema);
  CHECK(opened({.shape = "2x2"}).shape.height == 2);
  const auto words = write_file(folder.path() / "w.csv", "a,b\n1,x\n2,y\n");
  check_error(error_of([&] { open_trials({.data = words.string(), .shape = {.shape = "2x1"}}); }),
              78, {"another shape", "leave --shape out"});
  check_error(error_of([&] { open_trials({.data = words.string(), .shape = {.curves = true}}); }),
              78, {"another net than conv1d"});
  CHECK(opened({.shape = "p"}).schema);
  CHECK(open_trials({.data = words.string(), .dialect = {.header = HeaderKind::no}}).count == 3);
}

TEST_CASE("the rows of real tables come back as they stand in their files", "[schema]") {
  const auto shared = shared_data();
  if (!shared || !std::filesystem::exists(*shared / "tables")) VGAN_SKIP("no shared data");
  for (const char* name :
       {"ENB2012_energy_efficiency.csv", "abalone.csv", "adult-train.csv", "ccpp_Folds5x2_pp.csv",
        "iris.csv", "pollution.csv", "airfoil_self_noise.dat"}) {
    INFO(name);
    const auto path = *shared / "tables" / name;
    const std::string text = read_file(path);
    const Trials trials = open_trials({.data = path.string()});
    const std::string made = written(trials);
    // What a writer cannot know: a last line without an end, or lines behind an empty one.
    const std::size_t size = std::min(text.size(), made.size());
    CHECK(made.size() <= text.size() + 2);
    CHECK(text.size() <= made.size() + 2);
    const auto differ =
        std::mismatch(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size), made.begin());
    CHECK(static_cast<std::size_t>(differ.first - text.begin()) == size);
  }
}

TEST_CASE("a boolean of other numbers than 0 and 1 is a choice between them") {
  ColumnWish wish;
  wish.name = "b";
  wish.place = "s.toml:1";
  wish.kind = ColumnKind::boolean;
  const TempDir folder;
  const std::string text = "b,x\n2,1.5\n5,2.5\n2,3.5\n";
  const Table table = read_table(write_file(folder.path() / "t.csv", text), {}, {"s.toml", {wish}});
  const Trials trials = table_trials(table, infer_schema(table));
  CHECK(numbers_of(trials) == Numbers{1, 0, 1.5, 0, 1, 2.5, 1, 0, 3.5});
  CHECK(written(trials) == text);
}
