// Files of Parquet and Arrow, made for tests by the library. Included where it is there alone.
#pragma once

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/decimal.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/data/readers/open_file.hpp"
#include "engine/data/table.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace vgan::testing {

inline Table arrow_table_of(const std::filesystem::path& path, const SchemaWish& wish = {}) {
  return read_data_table({path}, {}, wish);
}

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
struct ArrowColumns {
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

enum class ArrowKind { parquet, arrow };

inline std::filesystem::path write_arrow(const TempDir& folder, ArrowKind kind,
                                         const std::shared_ptr<arrow::Table>& table,
                                         std::int64_t group = 3) {
  const auto path = folder.path() / (kind == ArrowKind::parquet ? "a.parquet" : "a.arrow");
  const auto out = arrow::io::FileOutputStream::Open(path.string()).ValueOrDie();
  if (kind == ArrowKind::parquet) {
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

inline const TableColumn& column_of(const Table& table, const std::string& name) {
  for (const TableColumn& column : table.columns) {
    if (column.name == name) return column;
  }
  FAIL("no column " << name);
  throw std::logic_error("unreachable");
}

inline ArrowColumns numbers_of_every_type() {
  ArrowColumns made;
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

}  // namespace vgan::testing
