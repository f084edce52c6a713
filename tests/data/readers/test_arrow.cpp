// Parquet and Arrow: tables of every type of column, back as they came, and what is refused.
#include "engine/data/pandas_metadata.hpp"
#include "engine/data/readers/arrow_table.hpp"
#include "engine/data/readers/open_file.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/data/writers/parquet_writer.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/temp_dir.hpp"

#ifdef VGAN_HAVE_ARROW
#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/decimal.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>

#include <limits>
#endif

namespace {

using namespace vgan;
using namespace vgan::testing;

Table table_of(const std::filesystem::path& path, const SchemaWish& wish = {}) {
  return read_data_table({path}, {}, wish);
}

}  // namespace

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
      error_of([&] { table_of(parquet); }), 65,
      {"a Parquet file, which this build has no Arrow to read", "read_parquet", "Arrow C++"});
  check_error(error_of([&] { table_of(arrow); }), 65, {"an Arrow or Feather file", "read_feather"});
  check_error(error_of([&] { ParquetWriter(folder.path() / "b.parquet", {}, 0, 1); }), 78,
              {"parquet", "this build has no Arrow", ".csv"});
}

#else

namespace {

template <class Builder, class Value>
std::shared_ptr<arrow::Array> array_of(const std::vector<std::optional<Value>>& values,
                                       std::shared_ptr<arrow::DataType> type) {
  std::unique_ptr<arrow::ArrayBuilder> builder;
  REQUIRE(arrow::MakeBuilder(arrow::default_memory_pool(), type, &builder).ok());
  for (const auto& value : values) {
    REQUIRE((value ? static_cast<Builder&>(*builder).Append(*value) : builder->AppendNull()).ok());
  }
  return builder->Finish().ValueOrDie();
}

/// Columns for a file.
struct Columns {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;

  void put(const std::string& name, const std::shared_ptr<arrow::Array>& array) {
    fields.push_back(arrow::field(name, array->type()));
    arrays.push_back(array);
  }
  template <class Builder, class Value>
  void add(const std::string& name, const std::shared_ptr<arrow::DataType>& type,
           const std::vector<std::optional<Value>>& values) {
    put(name, array_of<Builder, Value>(values, type));
  }
  std::shared_ptr<arrow::Table> table(const std::string& pandas = "") const {
    const auto metadata =
        pandas.empty() ? nullptr : arrow::key_value_metadata({"pandas"}, {pandas});
    return arrow::Table::Make(arrow::schema(fields, metadata), arrays);
  }
};

enum class Kind { parquet, arrow };

std::filesystem::path write(const TempDir& folder, Kind kind,
                            const std::shared_ptr<arrow::Table>& table, std::int64_t group = 3) {
  const auto path = folder.path() / (kind == Kind::parquet ? "a.parquet" : "a.arrow");
  const auto out = arrow::io::FileOutputStream::Open(path.string()).ValueOrDie();
  if (kind == Kind::parquet) {
    const auto types = parquet::ArrowWriterProperties::Builder().store_schema()->build();
    REQUIRE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), out, group,
                                       parquet::default_writer_properties(), types)
                .ok());
  } else {
    const auto writer = arrow::ipc::MakeFileWriter(out, table->schema()).ValueOrDie();
    REQUIRE(writer->WriteTable(*table, group).ok());
    REQUIRE(writer->Close().ok());
  }
  REQUIRE(out->Close().ok());
  return path;
}

const TableColumn& column_of(const Table& table, const std::string& name) {
  for (const TableColumn& column : table.columns) {
    if (column.name == name) return column;
  }
  FAIL("no column " << name);
  throw std::logic_error("unreachable");
}

Columns numbers_of_every_type() {
  Columns made;
  made.add<arrow::Int8Builder, std::int8_t>("i8", arrow::int8(), {-1, 2, {}, 4});
  made.add<arrow::Int16Builder, std::int16_t>("i16", arrow::int16(), {-1, 2, {}, 4});
  made.add<arrow::Int32Builder, std::int32_t>("i32", arrow::int32(), {-1, 2, {}, 4});
  made.add<arrow::Int64Builder, std::int64_t>("i64", arrow::int64(), {-1, 2, {}, 4});
  made.add<arrow::UInt8Builder, std::uint8_t>("u8", arrow::uint8(), {1, 2, {}, 4});
  made.add<arrow::UInt16Builder, std::uint16_t>("u16", arrow::uint16(), {1, 2, {}, 4});
  made.add<arrow::UInt32Builder, std::uint32_t>("u32", arrow::uint32(), {1, 2, {}, 4});
  made.add<arrow::UInt64Builder, std::uint64_t>("u64", arrow::uint64(), {1, 2, {}, 4});
  made.add<arrow::FloatBuilder, float>("f32", arrow::float32(), {0.1F, 2.0F, {}, 4.0F});
  made.add<arrow::DoubleBuilder, double>("f64", arrow::float64(), {0.25, std::nan(""), {}, 4.0});
  made.add<arrow::HalfFloatBuilder, std::uint16_t>("f16", arrow::float16(),
                                                   {0x3c00, 0x4000, {}, 0x3800});
  made.add<arrow::DurationBuilder, std::int64_t>("wait", arrow::duration(arrow::TimeUnit::MILLI),
                                                 {1, 2, {}, 4});
  using arrow::Decimal128;
  made.add<arrow::Decimal128Builder, Decimal128>(
      "price", arrow::decimal128(6, 2), {Decimal128(1250), Decimal128(5), {}, Decimal128(-1)});
  return made;
}

}  // namespace

TEST_CASE("numbers of Parquet and Arrow are columns of numbers", "[readers][arrow]") {
  const TempDir folder;
  for (const Kind kind : {Kind::parquet, Kind::arrow}) {
    const Table table = table_of(write(folder, kind, numbers_of_every_type().table()));
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
  Columns made;
  made.add<arrow::Int64Builder, std::int64_t>("x", arrow::int64(), {std::int64_t{1} << 53, -5});
  made.add<arrow::Int64Builder, std::int64_t>("y", arrow::int64(),
                                              {(std::int64_t{1} << 53) + 1, 5});
  made.add<arrow::Int64Builder, std::int64_t>("z", arrow::int64(),
                                              {std::numeric_limits<std::int64_t>::min(), 5});
  const Table table = table_of(write(folder, Kind::parquet, made.table()));
  REQUIRE(table.notes.size() == 2);
  CHECK_THAT(table.notes[0], ContainsSubstring("column 2 (y): whole numbers beyond 2^53"));
  CHECK_THAT(table.notes[1], ContainsSubstring("column 3 (z)"));
  CHECK(table.columns[2].numbers[0] == -9223372036854775808.0);
}

TEST_CASE("text, categories and booleans are columns of words", "[readers][arrow]") {
  const TempDir folder;
  Columns made;
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
  for (const Kind kind : {Kind::parquet, Kind::arrow}) {
    const Table table = table_of(write(folder, kind, made.table()));
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
  Columns coded;
  coded.put("n", arrow::DictionaryArray::FromArrays(
                     arrow::dictionary(arrow::int8(), arrow::int64()), codes, tens)
                     .ValueOrDie());
  const Table table = table_of(write(folder, Kind::arrow, coded.table()));
  CHECK(table.columns[0].numbers[0] == 30.0);
  CHECK(table.columns[0].missing == 1);
}

TEST_CASE("dates and times of Parquet have the shortest format that they fit", "[readers][arrow]") {
  using arrow::TimeUnit;
  const TempDir folder;
  constexpr std::int64_t day = 86400;
  Columns made;
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
  const Table table = table_of(write(folder, Kind::arrow, made.table()));
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
  Columns made;
  made.add<arrow::Date32Builder, std::int32_t>("d", arrow::date32(), {0, 1, 0});
  made.add<arrow::Int64Builder, std::int64_t>("n", arrow::int64(), {1, -9, 3});
  made.add<arrow::StringBuilder, std::string>("s", arrow::utf8(), {"NA", "x", "y"});
  made.put("list", array_of<arrow::BinaryBuilder, std::string>({"a", "b", "c"}, arrow::binary()));
  const auto path = write(folder, Kind::parquet, made.table());
  SchemaWish wish{"s.toml", {}};
  const auto say = [&](const char* name, std::optional<ColumnKind> kind) -> ColumnWish& {
    ColumnWish& said = wish.columns.emplace_back();
    said.name = name;
    said.place = "s.toml:1";
    said.kind = kind;
    return said;
  };
  say("list", ColumnKind::ignored);
  CHECK(table_of(path, wish).columns[2].words[0] == "NA");
  say("d", ColumnKind::categorical);
  say("n", {}).missing = std::vector<std::string>{"-9"};
  say("s", {}).missing = std::vector<std::string>{"NA"};
  const Table table = table_of(path, wish);
  CHECK(table.columns[0].words == std::vector<std::string>{"1970-01-01", "1970-01-02"});
  CHECK(table.columns[1].missing == 1);
  CHECK(table.columns[2].words == std::vector<std::string>{"x", "y"});
  CHECK(table.columns[2].cells == std::vector<std::int32_t>{-1, 0, 1});
  CHECK(table.columns[3].missing == 3);
  say("n2", {});
  check_error(error_of([&] { table_of(path, wish); }), 65, {"no column 'n2'"});
}

TEST_CASE("the index of pandas is passed over, with a note", "[readers][arrow]") {
  const TempDir folder;
  Columns made;
  made.add<arrow::Int64Builder, std::int64_t>("x", arrow::int64(), {1, {}, 3});
  made.add<arrow::StringBuilder, std::string>("__index_level_0__", arrow::utf8(), {"a", "b", "c"});
  const Table table =
      table_of(write(folder, Kind::parquet, made.table(R"({"index_columns": ["__index_level_0__"],
                     "columns": [{"field_name": "x", "numpy_type": "Int64"}]})")));
  CHECK(table.columns.size() == 1);
  CHECK(table.columns[0].style.pandas_type == "Int64");
  REQUIRE(table.notes.size() == 1);
  CHECK_THAT(table.notes[0], ContainsSubstring("__index_level_0__, is passed over"));
}

TEST_CASE("what no table has is refused with its column and row", "[readers][arrow]") {
  const TempDir folder;
  const auto refused = [&](const Columns& columns, const std::vector<std::string>& parts) {
    for (const Kind kind : {Kind::parquet, Kind::arrow}) {
      const auto path = write(folder, kind, columns.table());
      check_error(error_of([&] { table_of(path); }), 65, parts);
    }
  };
  const auto one = [](const char* name, const std::shared_ptr<arrow::Array>& array) {
    Columns made;
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
  Columns none;
  none.add<arrow::Int64Builder, std::int64_t>("x", arrow::int64(), {});
  refused(none, {"no row"});
  const DialectWish tabs{DelimiterKind::tab};
  const auto path = write(folder, Kind::parquet, one("y", floats(1, 2)).table());
  check_error(error_of([&] { read_data_table({path}, tabs); }), 78, {"delimiter"});
}

TEST_CASE("rows that a file only promises take no memory", "[readers][arrow]") {
  const TempDir folder;
  constexpr std::int64_t rows = std::numeric_limits<std::int32_t>::max();
  Columns made;
  for (int i = 0; i < 1000; ++i) {
    made.put("none" + std::to_string(i), std::make_shared<arrow::NullArray>(rows));
  }
  const auto path = write(folder, Kind::arrow, made.table(), rows);
  check_error(error_of([&] { table_of(path); }), 65, {"2147483647 rows of 1000 columns", "memory"});
}

TEST_CASE("damaged files of Parquet and Arrow are refused in one line", "[readers][arrow]") {
  const TempDir folder;
  Columns made = numbers_of_every_type();
  made.add<arrow::StringBuilder, std::string>("s", arrow::utf8(), {"b", "a", {}, "b"});
  for (const Kind kind : {Kind::parquet, Kind::arrow}) {
    const auto path = write(folder, kind, made.table());
    const std::string good = read_file(path);
    Dice dice(good.size());
    int refused = 0;
    const auto hit = [&](const std::string& bytes) {
      std::filesystem::remove(path);
      write_file(path, bytes);
      try {
        table_of(path);
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

namespace {

// The rows of a table through the network's numbers into a Parquet file.
std::filesystem::path rewrite(const TempDir& folder, const Table& table) {
  const Trials trials = table_trials(table, infer_schema(table));
  const auto path = folder.path() / "back.parquet";
  ParquetWriter writer(path, *trials.schema, 0, static_cast<std::uint64_t>(table.rows));
  const auto& values = std::get<std::vector<double>>(trials.values);
  const auto half = static_cast<std::size_t>(table.rows / 2 * trials.values_per_trial());
  writer.append(std::span(values).first(half));
  writer.append(std::span(values).subspan(half));
  writer.finish();
  return path;
}

void check_same(const Table& found, const Table& wanted) {
  REQUIRE(found.rows == wanted.rows);
  REQUIRE(found.columns.size() == wanted.columns.size());
  for (std::size_t i = 0; i < wanted.columns.size(); ++i) {
    const TableColumn &a = found.columns[i], &b = wanted.columns[i];
    INFO(b.name);
    CHECK(a.name == b.name);
    CHECK(a.style.stored_type == b.style.stored_type);
    CHECK(a.style.pandas_type == b.style.pandas_type);
    CHECK(a.format == b.format);
    CHECK(a.missing == b.missing);
    CHECK(a.words == b.words);
    CHECK(a.cells == b.cells);
    REQUIRE(a.numbers.size() == b.numbers.size());
    for (std::size_t row = 0; row < b.numbers.size(); ++row) {
      if (!(a.numbers[row] == b.numbers[row]) && !std::isnan(b.numbers[row])) {
        FAIL("row " << row << ": " << a.numbers[row] << " for " << b.numbers[row]);
      }
    }
  }
}

}  // namespace

TEST_CASE("rows are written in the types that their table's file has", "[readers][arrow]") {
  using arrow::TimeUnit;
  const TempDir folder;
  Columns made = numbers_of_every_type();
  made.add<arrow::StringBuilder, std::string>("s", arrow::utf8(), {"b", "a", {}, "b"});
  made.add<arrow::LargeStringBuilder, std::string>("l", arrow::large_utf8(), {"1", "2", "", "3"});
  made.add<arrow::BooleanBuilder, bool>("t", arrow::boolean(), {true, false, {}, true});
  made.add<arrow::Date32Builder, std::int32_t>("d", arrow::date32(), {-1, 18262, {}, 5});
  made.add<arrow::Date64Builder, std::int64_t>("d64", arrow::date64(), {86400000, 0, {}, 0});
  made.add<arrow::Time32Builder, std::int32_t>("t32", arrow::time32(TimeUnit::MILLI),
                                               {5, 7, {}, 9});
  made.add<arrow::Time64Builder, std::int64_t>("t64", arrow::time64(TimeUnit::NANO),
                                               {5000, 7000, {}, 9000});
  for (const TimeUnit::type unit : {TimeUnit::MILLI, TimeUnit::MICRO, TimeUnit::NANO}) {
    for (const char* zone : {"", "Europe/Berlin"}) {
      made.add<arrow::TimestampBuilder, std::int64_t>(
          "ts" + std::to_string(static_cast<int>(unit)) + zone, arrow::timestamp(unit, zone),
          {-86400000, 86400000, {}, 0});
    }
  }
  const auto codes = array_of<arrow::Int32Builder, std::int32_t>({1, 0, {}, 1}, arrow::int32());
  const auto names = array_of<arrow::StringBuilder, std::string>({"few", "many"}, arrow::utf8());
  made.put("c", arrow::DictionaryArray::FromArrays(
                    arrow::dictionary(arrow::int32(), arrow::utf8(), true), codes, names)
                    .ValueOrDie());
  made.add<arrow::Int64Builder, std::int64_t>("Int", arrow::int64(), {7, {}, {}, 8});
  const Table wanted =
      table_of(write(folder, Kind::parquet,
                     made.table(R"({"columns": [{"field_name": "Int", "numpy_type": "Int64"}]})")));
  check_same(table_of(rewrite(folder, wanted)), wanted);
}

TEST_CASE("rows of a text file are written in plain types", "[readers][arrow]") {
  const TempDir folder;
  std::string text = "run,n,x,word,truth,day,none\n";
  for (int row = 0; row < 30; ++row) {
    text += std::to_string(row + 5) + "," + std::to_string(row * row) + "," +
            std::to_string(row % 7) + ".5," + (row % 3 == 0 ? "a" : "b") + "," +
            (row % 2 == 0 ? "True" : "False") + ",2020-01-" + std::to_string(10 + row % 20) + ",\n";
  }
  const Table table = table_of(write_file(folder.path() / "t.csv", text));
  const Table back = table_of(rewrite(folder, table));
  // What is read back of a day as text is a date again, which has no type of the file's.
  const std::vector<std::string> types = {"int64", "int64", "double", "string",
                                          "bool",  "",      "double"};
  for (std::size_t i = 0; i < types.size(); ++i) {
    INFO(table.columns[i].name);
    CHECK(back.columns[i].style.stored_type == types[i]);
  }
  CHECK(back.columns[0].numbers == table.columns[0].numbers);  // rows are counted on
  CHECK(back.columns[5].format == "YYYY-MM-DD");
  CHECK(back.columns[5].numbers == table.columns[5].numbers);
  CHECK(back.columns[6].missing == 30);
}

TEST_CASE("a type that does not hold what may be drawn gives way", "[readers][arrow]") {
  const TempDir folder;
  Columns made;
  made.add<arrow::Int8Builder, std::int8_t>("x", arrow::int8(), {1, 2, 3});
  Table table = table_of(write(folder, Kind::parquet, made.table()));
  Schema schema = infer_schema(table);
  const auto type_of_x = [&] {
    const auto path = folder.path() / "b.parquet";
    ParquetWriter writer(path, schema, 0, 1);
    writer.append(std::vector<double>(static_cast<std::size_t>(schema.encoded_size()), 1.0));
    writer.finish();
    return table_of(path).columns[0].style.stored_type;
  };
  CHECK(type_of_x() == "int8");
  schema.columns[0].high = 200;
  CHECK(type_of_x() == "int64");
  schema.columns[0].kind = ColumnKind::continuous;
  schema.columns[0].style.most_decimals = 1;
  CHECK(type_of_x() == "double");
  schema.columns[0].style.stored_type = "no such type";
  CHECK(type_of_x() == "double");
}

TEST_CASE("ParquetWriter leaves no file that is not whole", "[readers][arrow]") {
  const TempDir folder;
  Schema schema;
  schema.columns.resize(1);
  schema.columns[0].name = "x";
  schema.columns[0].high = 9.0;
  const std::vector<double> rows(1000, 1.0);
  {
    ParquetWriter writer(folder.path() / "a.parquet", schema, 0, 1000);
    writer.append(rows);
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  ParquetWriter("/dev/null", schema, 0, 1).finish();
  check_error(error_of([&] { ParquetWriter("/no/such/a.parquet", schema, 0, 1); }), 74,
              {"/no/such"});
  const auto full = [&] {
    ParquetWriter writer("/dev/full", schema, 0, 1000);
    writer.append(rows);
    writer.finish();
  };
  check_error(error_of(full), 74, {"/dev/full", "No space left"});
}

#endif  // VGAN_HAVE_ARROW
