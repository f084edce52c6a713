// What the cells of a table mean: dates, missing marks, and what a user says of columns.
#include "engine/data/table_meaning.hpp"

#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

Table table_of(const std::string& text, const SchemaWish& wish = {}) {
  const TempDir folder;
  return read_table(write_file(folder.path() / "t.csv", text), {}, wish);
}

// The file that the rows of a table are written to.
std::string written(const std::string& text, const SchemaWish& wish = {}) {
  const Table table = table_of(text, wish);
  const Trials trials = table_trials(table, infer_schema(table));
  TableWriter writer(*trials.schema, trials.schema->dialect);
  return writer.begin() + std::string(writer.lines(std::get<Numbers>(trials.values)));
}

WishedValue number(double value) { return {std::to_string(static_cast<int>(value)), value}; }
WishedValue word(const std::string& text) { return {text, std::nullopt}; }

ColumnWish wish_of_kind(const std::string& name, ColumnKind kind) {
  ColumnWish wish;
  wish.name = name;
  wish.place = "s.toml:3";
  wish.kind = kind;
  return wish;
}

SchemaWish only(const ColumnWish& wish) { return {"s.toml", {wish}}; }

// A column `x` of 20 numbers, 0 to 9.5, and some of `more`.
std::string column_with(const Texts& more) {
  std::string text = "x,y\n";
  for (int i = 0; i < 20; ++i) text += std::to_string(i / 2) + (i % 2 == 0 ? ".0" : ".5") + ",1\n";
  for (const std::string& cell : more) text += cell + ",2\n";
  return text;
}

}  // namespace

TEST_CASE("columns of dates are numbers, and come back as dates", "[meaning]") {
  const std::string text =
      "day,at,x\n31.01.2020,09:05,1.5\n28.02.2020,NA,2.5\n,10:15,4\n01.03.2020,23:59,5\n";
  const Table table = table_of(text);
  CHECK(table.columns[0].format == "DD.MM.YYYY");
  CHECK(table.columns[0].numbers[0] == 18292.0);
  CHECK(table.columns[0].missing == 1);
  CHECK(table.columns[1].format == "HH:MM");
  const Schema schema = infer_schema(table);
  CHECK(schema.columns[0].kind == ColumnKind::datetime);
  CHECK(schema.columns[0].low == 18292.0);
  CHECK(written(text) == text);
  // A day between two others is a day: there is no 31 February.
  RowDecoder decoder(schema);
  const auto& cells = decoder.decode(Numbers{18320.4, 0.0, 32700.0, 0.0, 2.0});
  CHECK(DateFormat::of("DD.MM.YYYY")->write(cells[0].number) == "28.02.2020");
  CHECK_THAT(schema_text(schema, table, false),
             ContainsSubstring("datetime    condition  31.01.2020 to 01.03.2020  1 empty"));
}

TEST_CASE("dates that may be of two formats are words, with a note", "[meaning]") {
  const std::string text = "day,x\n01/02/2020,1\n03/04/2020,2\n";
  const Table table = table_of(text);
  CHECK_FALSE(table.columns[0].numeric);
  REQUIRE(table.notes.size() == 1);
  CHECK_THAT(table.notes[0], ContainsSubstring("DD/MM/YYYY or MM/DD/YYYY"));
  ColumnWish wish = wish_of_kind("day", ColumnKind::datetime);
  check_error(error_of([&] { table_of(text, only(wish)); }), 78,
              {"s.toml:3, column 'day'", "DD/MM/YYYY or MM/DD/YYYY", "format = "});
  wish.format = "DD/MM/YYYY";
  CHECK(table_of(text, only(wish)).columns[0].numbers[0] == 18293.0);
  CHECK(written(text, only(wish)) == text);
  wish.format = "YYYY-MM-DD";
  check_error(error_of([&] { table_of(text, only(wish)); }), 65,
              {"t.csv, line 2, column 1 (day)", "'01/02/2020'", "YYYY-MM-DD, as s.toml:3 says"});
}

TEST_CASE("a number that plainly stands for no value is missing", "[meaning]") {
  const std::string text = column_with({"-999", "-999"});
  const Table table = table_of(text);
  CHECK(table.columns[0].missing == 2);
  CHECK(table.columns[0].marks == Texts{"-999"});
  CHECK(table.columns[0].style.least_decimals == 1);  // of the others
  REQUIRE(table.notes.size() == 1);
  CHECK_THAT(table.notes[0], ContainsSubstring("t.csv: -999 is taken for no value in x; missing"));
  CHECK(infer_schema(table).columns[0].low == 0.0);
  CHECK(written(text) == text);
  CHECK_THAT(schema_text(infer_schema(table), table, false), ContainsSubstring("2 -999"));

  CHECK(table_of(column_with({"-9999.0", "-9999.0", "NA"})).columns[0].missing == 3);
  CHECK(table_of(column_with({"-99.9", "-999", "-999"})).columns[0].missing == 2);
  CHECK(table_of(column_with({"-999", "-9999", "-9999", "-999"})).columns[0].missing == 4);
  for (const Texts& more : {Texts{"-999"}, Texts{"-998", "-998"}, Texts{"999", "999"},
                            Texts{"-99", "-99", "-50"}, Texts{"-9", "-9"}}) {
    INFO(more[0]);
    CHECK(table_of(column_with(more)).columns[0].missing == 0);
  }
  ColumnWish none;
  none.name = "x";
  none.missing.emplace();
  CHECK(table_of(text, only(none)).columns[0].missing == 0);
}

TEST_CASE("a user's missing marks are such, words or numbers", "[meaning]") {
  ColumnWish wish;
  wish.name = "x";
  wish.missing = Texts{"off", "-1"};
  const std::string text = "x,w\n1.5,off\noff,b\n-1.0,a\n2.5,a\n";
  const Table table = table_of(text, only(wish));
  CHECK(table.columns[0].numeric);
  CHECK(table.columns[0].missing == 2);
  CHECK(table.columns[1].words == Texts{"off", "b", "a"});
  CHECK(written(text, only(wish)) == "x,w\n1.5,off\noff,b\noff,a\n2.5,a\n");
  wish.name = "w";
  CHECK(table_of("x,w\n1.5,off\n2.5,a\n", only(wish)).columns[1].words == Texts{"a"});
}

TEST_CASE("numbers that are codes become words", "[meaning]") {
  const std::string text = "code,x\n3.0,1.5\n1.0,2.5\n3.0,4\n";
  ColumnWish wish = wish_of_kind("code", ColumnKind::categorical);
  CHECK(table_of(text, only(wish)).columns[0].words == Texts{"3.0", "1.0"});
  CHECK(written(text, only(wish)) == text);
  wish.values = {number(1), number(3), number(7)};
  const Table table = table_of(text, only(wish));
  CHECK(table.columns[0].words == Texts{"1.0", "3.0", "7"});
  CHECK(table.columns[0].cells == std::vector<std::int32_t>{1, 0, 1});
  CHECK(infer_schema(table).encoded_size() == 4);
  wish.values = {number(1)};
  check_error(error_of([&] { table_of(text, only(wish)); }), 65,
              {"t.csv, line 2, column 1 (code)", "'3.0'", "allowed 1, as s.toml:3", "values"});
}

TEST_CASE("words in an order are their places", "[meaning]") {
  const std::string text = "size,x\nlarge,1.5\nsmall,2.5\nNA,4\nmiddle,5\n";
  ColumnWish wish = wish_of_kind("size", ColumnKind::ordinal);
  check_error(error_of([&] { table_of(text, only(wish)); }), 78,
              {"s.toml:3, column 'size'", "no values", "large, small, middle"});
  wish.values = {word("small"), word("middle"), word("large"), word("huge")};
  check_error(error_of([&] { table_of("size,x\nlarge,1.5\nSmal,2.5\n", only(wish)); }), 65,
              {"line 3, column 1 (size)", "'Smal'", "did you mean 'small'? else correct the cell"});
  const Table table = table_of(text, only(wish));
  const Schema schema = infer_schema(table);
  CHECK(schema.encoded_size() == 3);  // its place, whether it is missing, x
  const Trials trials = table_trials(table, schema);
  CHECK(std::get<Numbers>(trials.values) == Numbers{2, 0, 1.5, 0, 0, 2.5, 1, 1, 4, 1, 0, 5});
  CHECK(written(text, only(wish)) == text);
  RowDecoder decoder(schema);
  CHECK(decoder.decode(Numbers{2.6, 0.1, 2})[0].word == 3);
  CHECK(decoder.decode(Numbers{-7.0, 0.1, 2})[0].word == 0);
  CHECK(decoder.decode(Numbers{9.0, 0.1, 2})[0].word == 3);
  CHECK(decoder.decode(Numbers{9.0, 0.6, 2})[0].missing);
  CHECK_THAT(schema_text(schema, table, false), ContainsSubstring("4: small < middle < large ..."));
  // Numbers are in their own order where nothing else is said.
  const Table grades =
      table_of("g,x\n10,1\n9,2\n11,3\n", only(wish_of_kind("g", ColumnKind::ordinal)));
  CHECK(grades.columns[0].words == Texts{"9", "10", "11"});
}

TEST_CASE("what a user says of numbers holds for cells, and for what is drawn", "[meaning]") {
  const std::string text = "# runs\nx,y\n\n1.25,1\n2.5,2\n";
  const auto refuse = [&](const ColumnWish& wish, const Texts& said) {
    check_error(error_of([&] { table_of(text, only(wish)); }), 65, said);
  };
  ColumnWish wish = wish_of_kind("x", ColumnKind::continuous);
  wish.low = number(2);
  refuse(wish, {"t.csv, line 4, column 1 (x)", "found 1.25", "2 or more, as s.toml:3 says"});
  wish.low = number(0), wish.high = number(2);
  refuse(wish, {"t.csv, line 5, column 1 (x)", "found 2.5", "0 to 2, as s.toml:3 says"});
  wish.high = number(9), wish.decimals = 1;
  refuse(wish, {"line 4, column 1 (x)", "found 1.25", "up to 1 decimal"});
  refuse(wish_of_kind("x", ColumnKind::integer), {"line 4", "1.25", "a whole number"});
  ColumnWish grid = wish_of_kind("x", ColumnKind::grid);
  grid.values = {number(2), {"1.25", 1.25}};
  refuse(grid, {"line 5", "found 2.5", "allowed 2, 1.25, as s.toml:3 says"});
  check_error(error_of([&] {
                table_of("x,y\n1,1\n2,2\n1,3\n5,4\n", only(wish_of_kind("x", ColumnKind::boolean)));
              }),
              65,
              {"line 5, column 1 (x)", "found 5", "two values, of a boolean, as s.toml:3 says"});
  refuse(wish_of_kind("z", ColumnKind::grid), {"no column 'z'", "s.toml:3"});
  const std::string words = "x,y\n1.5,2\nab,3\n";
  check_error(error_of([&] { table_of(words, only(wish_of_kind("x", ColumnKind::continuous))); }),
              65, {"line 3, column 1 (x)", "'ab'", "a number, as s.toml:3 says", "missing"});

  wish.decimals = 2, wish.low = number(0), wish.high = number(9);
  const Table table = table_of(text, only(wish));
  const Schema schema = infer_schema(table);
  RowDecoder decoder(schema);
  CHECK(decoder.decode(Numbers{70.0, 1})[0].number == 9.0);
  CHECK(decoder.decode(Numbers{-70.0, 1})[0].number == 0.0);
  CHECK(decoder.decode(Numbers{0.123, 1})[0].number == 0.12);
}

TEST_CASE("columns are left out and come in as a user says", "[meaning]") {
  std::string text = "No,x,w\n";
  for (int i = 1; i <= 30; ++i) text += std::to_string(i) + ",0." + std::to_string(i) + ",a\n";
  ColumnWish no = wish_of_kind("No", ColumnKind::integer);
  ColumnWish x = wish_of_kind("x", ColumnKind::ignored);
  ColumnWish w = wish_of_kind("w", ColumnKind::id);
  const Schema schema = infer_schema(table_of(text, {"s.toml", {no, x, w}}));
  CHECK(schema.encoded_size() == 1);
  CHECK(schema.columns[0].role == ColumnRole::outcome);
  CHECK(schema.columns[1].role == ColumnRole::other);
  // What is left out is not read: neither are words in a column of numbers.
  CHECK_NOTHROW(table_of(text + "31,word,b\n", only(x)));
}

TEST_CASE("roles are a user's, or guessed", "[meaning]") {
  const std::string text = "a,b,c\n1.5,2,3\n2.5,3,5\n";
  const auto roles = [&](const SchemaWish& wish) {
    std::string found;
    for (const ColumnSchema& column : infer_schema(table_of(text, wish)).columns) {
      found += to_text(column.role)[1];
    }
    return found;
  };
  CHECK(roles({}) == "oou");  // condition, condition, outcome
  ColumnWish a;
  a.name = "a";
  a.role = ColumnRole::outcome;
  CHECK(roles(only(a)) == "uoo");
  a.role = ColumnRole::other;
  CHECK(roles(only(a)) == "tou");
}

TEST_CASE("a curve is what a user says", "[meaning]") {
  const std::string text = "s1,s2,s3,y\n1,5,9,1\n2,6,1,2\n";
  const Schema schema = infer_schema(table_of(text, only(wish_of_kind("s*", ColumnKind::curve))));
  CHECK(schema.columns[1].kind == ColumnKind::curve);
  CHECK(schema.columns[1].low == 1.0);
  CHECK(schema.columns[1].high == 9.0);
  CHECK(schema.columns[3].kind != ColumnKind::curve);
  check_error(error_of([&] {
                table_of("s1,y,s2\n1,2,3\n4,5,6\n", only(wish_of_kind("s*", ColumnKind::curve)));
              }),
              65, {"columns 's*'", "side by side"});
  check_error(error_of([&] { table_of(text, only(wish_of_kind("t*", ColumnKind::curve))); }), 65,
              {"no column 't*'"});
}
