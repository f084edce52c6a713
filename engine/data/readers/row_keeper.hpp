// Which rows of a table are kept in memory: all, or of a larger one a uniform sample.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/readers/column_reader.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table.hpp"

namespace vgan {

/// Rows whose cells come one row after the other: all are kept until their columns take the limit's
/// bytes; from then on so many rows are, each of those that came with the same probability
/// (algorithm R: J. S. Vitter, "Random sampling with a reservoir", ACM TOMS 11(1), 1985).
class RowKeeper {
 public:
  /// Fewer rows than this are not the end of it, whatever the limit says.
  static constexpr std::int64_t fewest = 1000;

  /// `columns` must outlive it.
  RowKeeper(std::vector<ColumnReader>& columns, const RowLimit& limit);

  /// Names the file that the next rows are of.
  void begin_file(std::string name);
  /// Keeps the row whose cells the columns were just given, or takes them out again.
  void row_ended(std::uint64_t line);
  /// Hands the rows over, in the order of the files, with what is to be said of them; `columns` may
  /// be taken then.
  void finish(Table& table);

 private:
  struct Origin {
    std::uint32_t file = 0;
    std::uint64_t line = 0;

    auto operator<=>(const Origin&) const = default;
  };

  std::uint64_t bytes();
  void start_sampling();
  // The place of the row that came last among those that are kept; nothing: it is not.
  std::optional<std::int64_t> place();

  std::vector<ColumnReader>& columns_;
  std::uint64_t most_bytes_;
  std::uint64_t seed_;
  std::vector<std::string> files_;
  std::int64_t seen_ = 0;
  std::int64_t kept_ = 0;
  bool sampling_ = false;
  std::vector<RowLine> runs_;    // of lines one after the other, while all rows are kept
  std::uint64_t next_line_ = 0;  // that the next row is expected on
  std::vector<Origin> origins_;  // of each kept row, from then on
};

}  // namespace vgan
