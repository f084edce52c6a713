#include "engine/data/writers/parquet_writer.hpp"

#include <arrow/io/interfaces.h>
#include <arrow/util/compression.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/base/printable.hpp"
#include "engine/data/pandas_metadata.hpp"
#include "engine/data/writers/arrow_cells.hpp"
#include "engine/data/writers/arrow_type.hpp"
#include "engine/files/atomic_file.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot write Parquet";

/// Where Arrow writes to: the file that appears when it is whole.
class AtomicStream final : public arrow::io::OutputStream {
 public:
  explicit AtomicStream(AtomicFile& file) : file_(file) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<std::int64_t> Tell() const override { return written_; }
  arrow::Status Write(const void* data, std::int64_t bytes) override {
    if (failure_) return arrow::Status::IOError("an earlier write failed");
    try {
      file_.write(data, static_cast<std::size_t>(bytes));
    } catch (const Error& error) {
      failure_ = std::current_exception();
      return arrow::Status::IOError(error.what());
    }
    written_ += bytes;
    return arrow::Status::OK();
  }

  /// Throws what the system's refusal threw, which cannot pass through Arrow.
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  AtomicFile& file_;
  std::int64_t written_ = 0;
  bool closed_ = false;
  std::exception_ptr failure_;
};

}  // namespace

struct ParquetWriter::File {
  AtomicFile atomic;
  std::shared_ptr<AtomicStream> stream = std::make_shared<AtomicStream>(atomic);
  RowDecoder decoder;
  std::vector<ArrowCells> cells;
  std::shared_ptr<arrow::Schema> schema;
  std::uint64_t row;            // the number of the next
  std::int64_t group_rows = 0;  // of a whole group
  std::int64_t held = 0;        // of the group at hand
  std::unique_ptr<parquet::arrow::FileWriter> writer;

  File(const FilePlace& place, const Schema& of, std::uint64_t first, std::uint64_t count)
      : atomic(place, what), decoder(of), row(first) {
    constexpr std::int64_t most_rows = 1 << 17, most_cells = 1 << 24;
    group_rows = std::clamp<std::int64_t>(most_cells / std::ssize(of.columns), 1, most_rows);
    arrow::FieldVector fields;
    for (const ColumnSchema& column : of.columns) {
      cells.emplace_back(column,
                         arrow_type_of(column, first + std::max<std::uint64_t>(count, 1) - 1));
      fields.push_back(arrow::field(column.name, cells.back().type()));
    }
    const std::string pandas = pandas_metadata(of);
    schema = arrow::schema(
        fields,
        pandas.empty() ? nullptr : arrow::key_value_metadata({pandas_metadata_key}, {pandas}));
    guarded([&]() -> arrow::Status {
      const auto codec = arrow::Compression::SNAPPY;
      parquet::WriterProperties::Builder properties;
      if (arrow::util::Codec::IsAvailable(codec)) properties.compression(codec);
      const auto types = parquet::ArrowWriterProperties::Builder().store_schema()->build();
      return parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), stream,
                                              properties.build(), types)
          .Value(&writer);
    });
  }

  // Calls what returns a Status of Arrow's; whatever it says or throws becomes an Error.
  template <class Call>
  void guarded(Call&& call) const {
    try {
      const arrow::Status status = call();
      if (!status.ok()) refuse(status.message());
    } catch (const Error&) {
      throw;
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      refuse(error.what());
    }
  }
  [[noreturn]] void refuse(const std::string& message) const {
    stream->rethrow();
    throw Error(ErrorCode::io,
                {what, atomic.path().string(),
                 "rows that Arrow cannot write (" + printable(message) + ")", "", "write .csv"});
  }

  arrow::Status add(std::span<const double> numbers) {
    const auto& decoded = decoder.decode(numbers);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      ARROW_RETURN_NOT_OK(cells[i].add(decoded[i], row));
    }
    ++row;
    return ++held < group_rows ? arrow::Status::OK() : write_group();
  }

  arrow::Status write_group() {
    if (held == 0) return arrow::Status::OK();
    arrow::ArrayVector arrays;
    for (ArrowCells& column : cells) {
      ARROW_ASSIGN_OR_RAISE(arrays.emplace_back(), column.finish());
    }
    const auto group = arrow::Table::Make(schema, arrays, held);
    return writer->WriteTable(*group, std::exchange(held, 0));
  }
};

ParquetWriter::ParquetWriter(const FilePlace& place, const Schema& schema, std::uint64_t first,
                             std::uint64_t count)
    : file_(std::make_unique<File>(place, schema, first, count)) {}
ParquetWriter::~ParquetWriter() = default;

void ParquetWriter::require_built(const std::filesystem::path&) {}

void ParquetWriter::append(std::span<const double> numbers) {
  File& file = *file_;
  file.guarded([&]() -> arrow::Status {
    for (; !numbers.empty(); numbers = numbers.subspan(file.decoder.size())) {
      ARROW_RETURN_NOT_OK(file.add(numbers.first(file.decoder.size())));
    }
    return arrow::Status::OK();
  });
}

void ParquetWriter::finish() {
  file_->guarded([&]() -> arrow::Status {
    ARROW_RETURN_NOT_OK(file_->write_group());
    return file_->writer->Close();
  });
  file_->atomic.commit();
}

}  // namespace vgan
