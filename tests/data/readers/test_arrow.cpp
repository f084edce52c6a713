// Parquet and Arrow files as tables.
#include "engine/data/pandas_metadata.hpp"
#include "engine/data/readers/open_file.hpp"
#include "engine/data/writers/parquet_writer.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

#ifdef VGAN_HAVE_ARROW
#include <limits>

#include "engine/data/readers/arrow_table.hpp"
#include "engine/data/table_trials.hpp"
#include "tests/data/readers/make_arrow.hpp"
#include "tests/support/dice.hpp"
#endif

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("what pandas says of a table is read, and said again", "[readers][arrow]") {
  const PandasMetadata read = read_pandas_metadata(
      R"({"index_columns": ["__index_level_0__", {"kind": "range"}, "run"], "columns": [
        {"field_name": "a", "numpy_type": "Int64"}, {"field_name": "b", "numpy_type": "int64"},
        {"field_name": "c", "numpy_type": "string"}, {"numpy_type": 3}, 7]})");
  CHECK(read.index_columns == std::vector<std::string>{"__index_level_0__"});
  CHECK(read.types == std::map<std::string, std::string>{{"a", "Int64"}, {"c", "string"}});
  for (const char* other : {"", "7", "{", "{\"columns\": {}}", "{\"index_columns\": 7}", "[[]]"}) {
    CHECK(read_pandas_metadata(other).types.empty());
  }
  Schema schema;
  schema.columns.resize(2);
  CHECK(pandas_metadata(schema).empty());
  schema.columns[1].name = "c";
  schema.columns[1].style.pandas_type = "string";
  CHECK(read_pandas_metadata(pandas_metadata(schema)).types ==
        std::map<std::string, std::string>{{"c", "string"}});
}

#ifndef VGAN_HAVE_ARROW

TEST_CASE("Parquet and Arrow are named where the build has none", "[readers][arrow]") {
  const TempDir folder;
  const auto parquet = write_file(folder.path() / "a.parquet", "PAR1 and so on");
  const auto arrow = write_file(folder.path() / "a.arrow", std::string("ARROW1\0\0 and so on", 18));
  check_error(
      error_of([&] { read_data_table({parquet}, {}, {}); }), 65,
      {"a Parquet file, which this build has no Arrow to read", "read_parquet", "Arrow C++"});
  check_error(error_of([&] { read_data_table({arrow}, {}, {}); }), 65,
              {"an Arrow or Feather file", "read_feather"});
  check_error(error_of([&] { ParquetWriter(folder.path() / "b.parquet", {}, 0, 1); }), 78,
              {"parquet", "this build has no Arrow", ".csv"});
}

#else

TEST_CASE("numbers of Parquet and Arrow are columns of numbers", "[readers][arrow]") {
  const TempDir folder;
  for (const ArrowKind kind : {ArrowKind::parquet, ArrowKind::arrow}) {
    const Table table = arrow_table_of(write_arrow(folder, kind, numbers_of_every_type().table()));
    REQUIRE(table.rows == 4);
    REQUIRE(table.columns.size() == 13);
    CHECK(table.notes.empty());
    for (const TableColumn& column : table.columns) {
      INFO(column.name);
      CHECK(column.numeric);
      CHECK(column.missing == (column.name == "f64" ? 2 : 1));
      CHECK(std::isnan(column.numbers[2]));
    }
    CHECK(column_of(table, "i64").numbers[0] == -1.0);
    CHECK(column_of(table, "u64").numbers[3] == 4.0);
    CHECK(column_of(table, "f32").numbers[0] == 0.1);  // as float32 says it
    CHECK(column_of(table, "f32").style.most_decimals == 1);
    CHECK(column_of(table, "f16").numbers[3] == 0.5);
    CHECK(column_of(table, "price").numbers[0] == 12.5);
    CHECK(column_of(table, "price").style.most_decimals == 2);
    CHECK(column_of(table, "price").style.stored_type == "decimal128(6, 2)");
    CHECK(column_of(table, "wait").style.stored_type == "duration[ms]");
  }
}

TEST_CASE("whole numbers beyond 2^53 are said to be rounded", "[readers][arrow]") {
  const TempDir folder;
  ArrowColumns made;
  made.add<arrow::Int64Builder, std::int64_t>("x", arrow::int64(), {std::int64_t{1} << 53, -5});
  made.add<arrow::Int64Builder, std::int64_t>("y", arrow::int64(),
                                              {(std::int64_t{1} << 53) + 1, 5});
  made.add<arrow::Int64Builder, std::int64_t>("z", arrow::int64(),
                                              {std::numeric_limits<std::int64_t>::min(), 5});
  const Table table = arrow_table_of(write_arrow(folder, ArrowKind::parquet, made.table()));
  REQUIRE(table.notes.size() == 2);
  CHECK_THAT(table.notes[0], ContainsSubstring("column 2 (y): whole numbers beyond 2^53"));
  CHECK_THAT(table.notes[1], ContainsSubstring("column 3 (z)"));
  CHECK(table.columns[2].numbers[0] == -9223372036854775808.0);
}

TEST_CASE("text, categories and booleans are columns of words", "[readers][arrow]") {
  const TempDir folder;
  ArrowColumns made;
  const std::vector<std::optional<std::string>> texts = {"b", "a", {}, "b", ""};
  made.add<arrow::StringBuilder, std::string>("s", arrow::utf8(), texts);
  made.add<arrow::LargeStringBuilder, std::string>("l", arrow::large_utf8(), texts);
  made.add<arrow::BooleanBuilder, bool>("t", arrow::boolean(), {true, false, {}, true, true});
  const auto codes = array_of<arrow::Int8Builder, std::int8_t>({2, 1, {}, 2, 2}, arrow::int8());
  const auto names =
      array_of<arrow::StringBuilder, std::string>({"none", "few", "many"}, arrow::utf8());
  made.put("c", arrow::DictionaryArray::FromArrays(
                    arrow::dictionary(arrow::int8(), arrow::utf8(), true), codes, names)
                    .ValueOrDie());
  for (const ArrowKind kind : {ArrowKind::parquet, ArrowKind::arrow}) {
    const Table table = arrow_table_of(write_arrow(folder, kind, made.table()));
    for (const char* name : {"s", "l"}) {
      CHECK(column_of(table, name).words == std::vector<std::string>{"b", "a", ""});
      CHECK(column_of(table, name).cells == std::vector<std::int32_t>{0, 1, -1, 0, 2});
    }
    CHECK(column_of(table, "t").words == std::vector<std::string>{"true", "false"});
    CHECK(column_of(table, "t").missing == 1);
    CHECK(infer_schema(table).columns[2].kind == ColumnKind::boolean);
    const TableColumn& categories = column_of(table, "c");
    CHECK(categories.words == std::vector<std::string>{"few", "many"});
    CHECK(categories.cells == std::vector<std::int32_t>{1, 0, -1, 1, 1});
    CHECK_THAT(categories.style.stored_type, ContainsSubstring("ordered=1"));
  }
  // Numbers as categories, which files of Arrow alone have.
  const auto tens = array_of<arrow::Int64Builder, std::int64_t>({10, 20, 30}, arrow::int64());
  ArrowColumns coded;
  coded.put("n", arrow::DictionaryArray::FromArrays(
                     arrow::dictionary(arrow::int8(), arrow::int64()), codes, tens)
                     .ValueOrDie());
  const Table table = arrow_table_of(write_arrow(folder, ArrowKind::arrow, coded.table()));
  CHECK(table.columns[0].numbers[0] == 30.0);
  CHECK(table.columns[0].missing == 1);
}

TEST_CASE("dates and times of Parquet have the shortest format that they fit", "[readers][arrow]") {
  using arrow::TimeUnit;
  const TempDir folder;
  constexpr std::int64_t day = 86400;
  ArrowColumns made;
  made.add<arrow::Date32Builder, std::int32_t>("d", arrow::date32(), {-1, 18262, {}});
  const auto stamps = [&](const char* name, TimeUnit::type unit,
                          const std::vector<std::optional<std::int64_t>>& values,
                          const std::string& zone = "") {
    made.add<arrow::TimestampBuilder, std::int64_t>(name, arrow::timestamp(unit, zone), values);
  };
  stamps("days", TimeUnit::MICRO, {0, -day * 1'000'000, {}});
  stamps("minutes", TimeUnit::SECOND, {60, day, {}});
  stamps("seconds", TimeUnit::MILLI, {1000, 0, {}});
  stamps("parts", TimeUnit::NANO, {-250'000'000, 0, {}});
  stamps("zone", TimeUnit::MICRO, {0, day * 1'000'000, {}}, "Europe/Berlin");
  stamps("fine", TimeUnit::NANO, {1501, 0, {}});
  made.add<arrow::Time32Builder, std::int32_t>("t", arrow::time32(TimeUnit::SECOND),
                                               {60, 86340, {}});
  const Table table = arrow_table_of(write_arrow(folder, ArrowKind::arrow, made.table()));
  const auto check = [&](const char* name, const char* format, double first, double second) {
    INFO(name);
    const TableColumn& column = column_of(table, name);
    CHECK(column.format == format);
    CHECK(column.numbers[0] == first);
    CHECK(column.numbers[1] == second);
    CHECK(column.missing == 1);
    CHECK(infer_schema(table).columns[0].kind == ColumnKind::datetime);
  };
  check("d", "YYYY-MM-DD", -1, 18262);
  check("days", "YYYY-MM-DD", 0, -1);
  check("minutes", "YYYY-MM-DDTHH:MM", 60, day);
  check("seconds", "YYYY-MM-DDTHH:MM:SS", 1, 0);
  check("parts", "YYYY-MM-DDTHH:MM:SS.SS", -0.25, 0);
  check("zone", "YYYY-MM-DDTHH:MMZ", 0, day);
  check("fine", "YYYY-MM-DDTHH:MM:SS.SSSSSS", 2e-6, 0);
  check("t", "HH:MM", 60, 86340);
  REQUIRE(table.notes.size() == 1);
  CHECK_THAT(table.notes[0], ContainsSubstring("(fine): times are rounded to microseconds"));
}

TEST_CASE("a schema holds for tables of Parquet", "[readers][arrow]") {
  const TempDir folder;
  ArrowColumns made;
  made.add<arrow::Date32Builder, std::int32_t>("d", arrow::date32(), {0, 1, 0});
  made.add<arrow::Int64Builder, std::int64_t>("n", arrow::int64(), {1, -9, 3});
  made.add<arrow::StringBuilder, std::string>("s", arrow::utf8(), {"NA", "x", "y"});
  made.put("list", array_of<arrow::BinaryBuilder, std::string>({"a", "b", "c"}, arrow::binary()));
  const auto path = write_arrow(folder, ArrowKind::parquet, made.table());
  SchemaWish wish{"s.toml", {}};
  const auto say = [&](const char* name, std::optional<ColumnKind> kind) -> ColumnWish& {
    ColumnWish& said = wish.columns.emplace_back();
    said.name = name;
    said.place = "s.toml:1";
    said.kind = kind;
    return said;
  };
  say("list", ColumnKind::ignored);
  CHECK(arrow_table_of(path, wish).columns[2].words[0] == "NA");
  say("d", ColumnKind::categorical);
  say("n", {}).missing = std::vector<std::string>{"-9"};
  say("s", {}).missing = std::vector<std::string>{"NA"};
  const Table table = arrow_table_of(path, wish);
  CHECK(table.columns[0].words == std::vector<std::string>{"1970-01-01", "1970-01-02"});
  CHECK(table.columns[1].missing == 1);
  CHECK(table.columns[2].words == std::vector<std::string>{"x", "y"});
  CHECK(table.columns[2].cells == std::vector<std::int32_t>{-1, 0, 1});
  CHECK(table.columns[3].missing == 3);
  say("n2", {});
  check_error(error_of([&] { arrow_table_of(path, wish); }), 65, {"no column 'n2'"});
}

TEST_CASE("the index of pandas is passed over, with a note", "[readers][arrow]") {
  const TempDir folder;
  ArrowColumns made;
  made.add<arrow::Int64Builder, std::int64_t>("x", arrow::int64(), {1, {}, 3});
  made.add<arrow::StringBuilder, std::string>("__index_level_0__", arrow::utf8(), {"a", "b", "c"});
  const Table table = arrow_table_of(
      write_arrow(folder, ArrowKind::parquet, made.table(R"({"index_columns": ["__index_level_0__"],
                     "columns": [{"field_name": "x", "numpy_type": "Int64"}]})")));
  CHECK(table.columns.size() == 1);
  CHECK(table.columns[0].style.pandas_type == "Int64");
  REQUIRE(table.notes.size() == 1);
  CHECK_THAT(table.notes[0], ContainsSubstring("__index_level_0__, is passed over"));
}

TEST_CASE("what no table has is refused with its column and row", "[readers][arrow]") {
  const TempDir folder;
  const auto refused = [&](const ArrowColumns& columns, const std::vector<std::string>& parts) {
    for (const ArrowKind kind : {ArrowKind::parquet, ArrowKind::arrow}) {
      const auto path = write_arrow(folder, kind, columns.table());
      check_error(error_of([&] { arrow_table_of(path); }), 65, parts);
    }
  };
  const auto one = [](const char* name, const std::shared_ptr<arrow::Array>& array) {
    ArrowColumns made;
    made.add<arrow::Int64Builder, std::int64_t>("x", arrow::int64(), {1, 2});
    made.put(name, array);
    return made;
  };
  const auto floats = [](double a, double b) {
    return array_of<arrow::DoubleBuilder, double>({a, b}, arrow::float64());
  };
  refused(one("bad", floats(1, -HUGE_VAL)), {"row 2, column 2 (bad)", "an infinite number"});
  refused(one("x", floats(1, 2)), {"columns 1 and 2 that are both called 'x'"});
  refused(one("", floats(1, 2)), {"column 2 without a name"});
  refused(one("raw", array_of<arrow::BinaryBuilder, std::string>({"a", "b"}, arrow::binary())),
          {"column 2 (raw)", "cells of the type binary", "numbers, text", "ignored"});
  refused(one("long", array_of<arrow::StringBuilder, std::string>({"a", std::string(5000, 'x')},
                                                                  arrow::utf8())),
          {"row 2, column 2 (long)", "5,000 bytes"});
  refused(one("late", array_of<arrow::Date32Builder, std::int32_t>({0, 1 << 30}, arrow::date32())),
          {"row 2, column 2 (late)", "the years 1 to 9999"});
  const auto offsets = array_of<arrow::Int32Builder, std::int32_t>({0, 1, 2}, arrow::int32());
  const auto list = arrow::ListArray::FromArrays(*offsets, *floats(1, 2)).ValueOrDie();
  refused(one("list", list), {"column 2 (list)", "cells of the type list<", "a column of its own"});
  refused(one("pair", arrow::StructArray::Make({floats(1, 2)}, {std::string("a")}).ValueOrDie()),
          {"column 2 (pair)", "struct<a: double>", "json_normalize"});
  ArrowColumns none;
  none.add<arrow::Int64Builder, std::int64_t>("x", arrow::int64(), {});
  refused(none, {"no row"});
  const DialectWish tabs{DelimiterKind::tab};
  const auto path = write_arrow(folder, ArrowKind::parquet, one("y", floats(1, 2)).table());
  check_error(error_of([&] { read_data_table({path}, tabs); }), 78, {"delimiter"});
}

TEST_CASE("rows that a file only promises take no memory", "[readers][arrow]") {
  const TempDir folder;
  constexpr std::int64_t rows = std::numeric_limits<std::int32_t>::max();
  ArrowColumns made;
  for (int i = 0; i < 1000; ++i) {
    made.put("none" + std::to_string(i), std::make_shared<arrow::NullArray>(rows));
  }
  const auto path = write_arrow(folder, ArrowKind::arrow, made.table(), rows);
  check_error(error_of([&] { arrow_table_of(path); }), 65,
              {"2147483647 rows of 1000 columns", "memory"});
}

TEST_CASE("damaged files of Parquet and Arrow are refused in one line", "[readers][arrow]") {
  const TempDir folder;
  ArrowColumns made = numbers_of_every_type();
  made.add<arrow::StringBuilder, std::string>("s", arrow::utf8(), {"b", "a", {}, "b"});
  for (const ArrowKind kind : {ArrowKind::parquet, ArrowKind::arrow}) {
    const auto path = write_arrow(folder, kind, made.table());
    const std::string good = read_file(path);
    Dice dice(good.size());
    int refused = 0;
    const auto hit = [&](const std::string& bytes) {
      std::filesystem::remove(path);
      write_file(path, bytes);
      try {
        arrow_table_of(path);
      } catch (const Error& error) {
        const std::string line = error.what();
        INFO(line);
        CHECK(error.exit_code() == 65);
        CHECK(line.find('\n') == std::string::npos);
        ++refused;
      }
    };
    for (std::size_t cut = 8; cut < good.size(); cut += 97) hit(good.substr(0, cut));
    CHECK(refused > 10);
    for (int round = 0; round < 1500; ++round) {
      std::string bytes = good;
      for (std::size_t edits = 1 + dice.roll(3); edits > 0; --edits) {
        // Mostly what stands at the end, where both have their metadata.
        const std::size_t last = dice.roll(4) == 0 ? bytes.size() : bytes.size() / 3;
        bytes[bytes.size() - 1 - dice.roll(last)] ^= static_cast<char>(1 << dice.roll(8));
      }
      if (is_arrow(bytes)) hit(bytes);
    }
    CHECK(refused > 200);
  }
}

#endif  // VGAN_HAVE_ARROW
