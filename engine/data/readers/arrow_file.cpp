#include "engine/data/readers/arrow_file.hpp"

#include <arrow/ipc/reader.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>

#include <algorithm>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/memory.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/arrow_source.hpp"
#include "engine/data/readers/column_reader.hpp"

namespace vgan {
namespace {

constexpr std::int64_t batch_rows = 1 << 16;
constexpr const char* write_again = "download or write it again";

const arrow::Status& status_of(const arrow::Status& status) { return status; }
template <class Value>
const arrow::Status& status_of(const arrow::Result<Value>& result) {
  return result.status();
}

// One line of what Arrow says, not too long.
std::string reason_of(const std::string& message) {
  constexpr std::size_t most = 160;
  std::string line = printable(message.substr(0, std::min(message.find('\n'), most)));
  return line.empty() ? "" : " (" + line + ")";
}

}  // namespace

struct ArrowDataFile::Format {
  virtual ~Format() = default;
  virtual arrow::Result<std::shared_ptr<arrow::Schema>> schema() = 0;
  virtual arrow::Status select(const std::vector<int>& columns) = 0;
  virtual arrow::Result<std::shared_ptr<arrow::RecordBatch>> next() = 0;
  /// What the file's metadata promise; 0 where they say nothing.
  virtual std::int64_t rows() const { return 0; }
};

struct ArrowDataFile::Parquet final : Format {
  static arrow::Result<std::unique_ptr<Format>> open(std::shared_ptr<ArrowSource> source,
                                                     arrow::MemoryPool* pool) {
    auto made = std::make_unique<Parquet>();
    parquet::ReaderProperties reading(pool);
    reading.enable_buffered_stream();  // else the whole of a row group's columns is held
    reading.set_buffer_size(1 << 16);
    parquet::ArrowReaderProperties properties(false);
    properties.set_pre_buffer(false);
    properties.set_batch_size(batch_rows);
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Open(std::move(source), reading));
    builder.memory_pool(pool)->properties(properties);
    ARROW_RETURN_NOT_OK(builder.Build(&made->reader));
    return made;
  }
  arrow::Result<std::shared_ptr<arrow::Schema>> schema() override {
    std::shared_ptr<arrow::Schema> schema;
    ARROW_RETURN_NOT_OK(reader->GetSchema(&schema));
    return schema;
  }
  arrow::Status select(const std::vector<int>& columns) override {
    std::vector<int> groups, leaves;
    for (int i = 0; i < reader->num_row_groups(); ++i) groups.push_back(i);
    for (const int column : columns) {
      leaves.push_back(
          reader->manifest().schema_fields.at(static_cast<std::size_t>(column)).column_index);
    }
    return reader->GetRecordBatchReader(groups, leaves).Value(&batches);
  }
  arrow::Result<std::shared_ptr<arrow::RecordBatch>> next() override { return batches->Next(); }
  std::int64_t rows() const override { return reader->parquet_reader()->metadata()->num_rows(); }

  std::unique_ptr<parquet::arrow::FileReader> reader;
  std::unique_ptr<arrow::RecordBatchReader> batches;
};

struct ArrowDataFile::Ipc final : Format {
  static arrow::Result<std::unique_ptr<Format>> open(std::shared_ptr<ArrowSource> source,
                                                     arrow::MemoryPool* pool) {
    auto made = std::make_unique<Ipc>();
    made->source = std::move(source);
    made->options.memory_pool = pool;
    made->options.use_threads = false;
    ARROW_ASSIGN_OR_RAISE(made->reader,
                          arrow::ipc::RecordBatchFileReader::Open(made->source, made->options));
    return made;
  }
  arrow::Result<std::shared_ptr<arrow::Schema>> schema() override { return reader->schema(); }
  arrow::Status select(const std::vector<int>& columns) override {
    options.included_fields = columns;
    return arrow::ipc::RecordBatchFileReader::Open(source, options).Value(&reader);
  }
  arrow::Result<std::shared_ptr<arrow::RecordBatch>> next() override {
    if (batch == reader->num_record_batches()) return nullptr;
    return reader->ReadRecordBatch(batch++);
  }

  std::shared_ptr<ArrowSource> source;
  arrow::ipc::IpcReadOptions options = arrow::ipc::IpcReadOptions::Defaults();
  std::shared_ptr<arrow::ipc::RecordBatchFileReader> reader;
  int batch = 0;
};

// Calls what returns a Status or a Result of Arrow's; whatever it says or throws becomes an Error.
template <class Call>
auto ArrowDataFile::guarded(Call&& call) const {
  try {
    auto made = call();
    if (!made.ok()) refuse(status_of(made));
    if constexpr (!std::is_same_v<decltype(made), arrow::Status>) {
      return std::move(made).ValueUnsafe();
    }
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const parquet::ParquetStatusException& error) {
    refuse(error.status());
  } catch (const std::exception& error) {
    refuse(arrow::Status::Invalid(error.what()));
  }
}

void ArrowDataFile::refuse(const arrow::Status& status) const {
  source_->rethrow();
  const std::string reason = reason_of(status.message());
  if (status.IsOutOfMemory()) {
    fail("data that do not fit into memory" + reason, "what this machine can hold",
         "see that the file is whole, or write a part of it");
  }
  if (status.IsNotImplemented()) {
    fail("something that this build's Arrow has not" + reason, "what it can read",
         "write it otherwise packed, as with compression='snappy' in pandas");
  }
  fail("data that Arrow cannot read" + reason, "a whole file of Parquet or Arrow", write_again);
}

void ArrowDataFile::fail(const std::string& found, const std::string& allowed,
                         const std::string& remedy) const {
  throw Error(ErrorCode::bad_data, {cannot_read_table, name(), found, allowed, remedy});
}

ArrowDataFile::ArrowDataFile(const std::filesystem::path& path)
    : raw_(path, cannot_read_table),
      source_(std::make_shared<ArrowSource>(raw_, LimitedPool::instance())) {
  char head[4] = {};
  raw_.read_at(head, sizeof(head), 0);
  const bool parquet = std::string_view(head, sizeof(head)) == "PAR1";
  format_ = guarded([&] {
    return parquet ? Parquet::open(source_, &LimitedPool::instance())
                   : Ipc::open(source_, &LimitedPool::instance());
  });
  schema_ = guarded([&] { return format_->schema(); });
}

ArrowDataFile::~ArrowDataFile() = default;

void ArrowDataFile::select(const std::vector<int>& columns) {
  guarded([&] { return format_->select(columns); });
  selected_ = static_cast<std::int64_t>(columns.size());
  require_room(format_->rows());
}

std::shared_ptr<arrow::RecordBatch> ArrowDataFile::next() {
  auto batch = guarded([&] { return format_->next(); });
  if (!batch) {
    const std::int64_t promised = format_->rows();
    if (promised > 0 && promised != rows_) {
      fail(counted(rows_, "row"), std::to_string(promised) + ", as its metadata say", write_again);
    }
    return nullptr;
  }
  guarded([&] { return batch->ValidateFull(); });
  rows_ += batch->num_rows();
  require_room(rows_);
  return batch;
}

// Each number of the table is a double; words are less.
void ArrowDataFile::require_room(std::int64_t rows) const {
  const double bytes = 8.0 * static_cast<double>(rows) * static_cast<double>(selected_);
  if (bytes <= static_cast<double>(machine_memory())) return;
  fail(std::to_string(rows) + " rows of " + counted(selected_, "column"),
       "at most " + std::to_string(machine_memory()) + " bytes, this machine's memory",
       "write a part of it");
}

}  // namespace vgan
