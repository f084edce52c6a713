// Virtual rows as a Parquet file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "engine/data/schema.hpp"
#include "engine/files/folder.hpp"

namespace vgan {

/// Writes the schema's columns in their order, with their names, by libparquet, in groups of rows:
/// memory is that of one group. A column has the type that it has in the table's own file where
/// that holds what may be drawn; else whole numbers are int64, other numbers double, words and
/// dates text, and true and false booleans. What is missing is null, and so are ignored columns and
/// ids but those of numbers, which count the rows on from their first. The file appears at
/// finish(); a writer destroyed before that leaves nothing.
class ParquetWriter {
 public:
  /// `schema` must outlive it. The rows that come are `count`, the first of them number `first`,
  /// from 0. Throws Error: io where the system or the library refuses; as require_built.
  ParquetWriter(const FilePlace& place, const Schema& schema, std::uint64_t first,
                std::uint64_t count);
  ~ParquetWriter();
  ParquetWriter(const ParquetWriter&) = delete;
  ParquetWriter& operator=(const ParquetWriter&) = delete;

  /// Throws bad_config where the build has no Arrow.
  static void require_built(const std::filesystem::path& path);

  /// Appends whole rows of RowDecoder::size() numbers.
  void append(std::span<const double> numbers);
  void finish();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace vgan
