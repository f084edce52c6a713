// Virtual rows as Parquet, with the types of their table's file.
#ifdef VGAN_HAVE_ARROW

#include "engine/data/writers/parquet_writer.hpp"

#include "engine/data/pandas_metadata.hpp"
#include "engine/data/readers/arrow_table.hpp"
#include "engine/data/table_trials.hpp"
#include "tests/data/readers/make_arrow.hpp"
#include "tests/support/dice.hpp"

using namespace vgan;
using namespace vgan::testing;

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
  ArrowColumns made = numbers_of_every_type();
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
  const Table wanted = arrow_table_of(
      write_arrow(folder, ArrowKind::parquet,
                  made.table(R"({"columns": [{"field_name": "Int", "numpy_type": "Int64"}]})")));
  check_same(arrow_table_of(rewrite(folder, wanted)), wanted);
}

TEST_CASE("rows of a text file are written in plain types", "[readers][arrow]") {
  const TempDir folder;
  std::string text = "run,n,x,word,truth,day,none\n";
  for (int row = 0; row < 30; ++row) {
    text += std::to_string(row + 5) + "," + std::to_string(row * row) + "," +
            std::to_string(row % 7) + ".5," + (row % 3 == 0 ? "a" : "b") + "," +
            (row % 2 == 0 ? "True" : "False") + ",2020-01-" + std::to_string(10 + row % 20) + ",\n";
  }
  const Table table = arrow_table_of(write_file(folder.path() / "t.csv", text));
  const Table back = arrow_table_of(rewrite(folder, table));
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
  ArrowColumns made;
  made.add<arrow::Int8Builder, std::int8_t>("x", arrow::int8(), {1, 2, 3});
  Table table = arrow_table_of(write_arrow(folder, ArrowKind::parquet, made.table()));
  Schema schema = infer_schema(table);
  const auto type_of_x = [&] {
    const auto path = folder.path() / "b.parquet";
    ParquetWriter writer(path, schema, 0, 1);
    writer.append(std::vector<double>(static_cast<std::size_t>(schema.encoded_size()), 1.0));
    writer.finish();
    return arrow_table_of(path).columns[0].style.stored_type;
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
