// A file of Parquet or Arrow as it is read: its columns' types, and its rows batch by batch.
#pragma once

#include <arrow/api.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/data/readers/raw_file.hpp"

namespace vgan {

class ArrowSource;

/// One open file. Arrow's errors and exceptions become Errors here: io where the system refuses,
/// bad_data for what is broken and for what this build of Arrow cannot unpack.
class ArrowDataFile {
 public:
  explicit ArrowDataFile(const std::filesystem::path& path);
  ~ArrowDataFile();
  ArrowDataFile(const ArrowDataFile&) = delete;
  ArrowDataFile& operator=(const ArrowDataFile&) = delete;

  const std::string& name() const { return raw_.name(); }
  const arrow::Schema& schema() const { return *schema_; }
  /// Begins to read the columns of these places in the schema, in ascending order.
  void select(const std::vector<int>& columns);
  /// The next rows, of the columns selected; null behind the last. The arrays are consistent in
  /// themselves.
  std::shared_ptr<arrow::RecordBatch> next();

  /// Throws bad_data about the file as a whole.
  [[noreturn]] void fail(const std::string& found, const std::string& allowed,
                         const std::string& remedy) const;

 private:
  struct Format;
  struct Parquet;
  struct Ipc;

  template <class Call>
  auto guarded(Call&& call) const;
  [[noreturn]] void refuse(const arrow::Status& status) const;
  void require_room(std::int64_t rows) const;

  RawFile raw_;
  std::shared_ptr<ArrowSource> source_;
  std::unique_ptr<Format> format_;
  std::shared_ptr<arrow::Schema> schema_;
  std::int64_t rows_ = 0;  // read so far
  std::int64_t selected_ = 0;
};

}  // namespace vgan
