// Which rows are copies of others.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "engine/metrics/measured_rows.hpp"

namespace vgan {

/// Rows that were seen, by 64 bits of each: of 10^6 rows one in 10^13 others is taken for a copy.
class KnownRows {
 public:
  void add(const MeasuredRows& rows);
  /// The share of rows each of whose cells is that of one row that was added; missing cells are
  /// alike. Throws internal for no rows.
  double share_of_copies(const MeasuredRows& rows) const;
  /// The share of the rows that were added that came more than once; 0 where none was.
  double share_of_twins() const;

 private:
  std::unordered_set<std::uint64_t> seen_, twice_;
  std::int64_t added_ = 0, twins_ = 0;
};

}  // namespace vgan
