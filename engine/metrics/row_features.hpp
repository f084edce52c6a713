// Rows of tables as features, for measures that go by distances.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/metrics/measured_rows.hpp"
#include "engine/stats/principal_components.hpp"

namespace vgan {

/// Codes rows so that their Euclidean distance is that of RecordDistance: a number stands in
/// standard deviations from the mean of its column's training rows, a missing one at that mean; a
/// word is 1 / sqrt(2) in the one of its column's features that is its own, so that two rows whose
/// words differ are 1 apart. The `most_words` most frequent words of a column have a feature each,
/// and all others share one more. Where training rows miss a cell, that it is missing is a word of
/// its own, of a number too; where none does, a word that is missing counts among the others, and a
/// number as its mean alone.
class RowFeatures {
 public:
  static constexpr std::size_t most_words = 64;

  /// Throws internal for no rows.
  explicit RowFeatures(const MeasuredRows& training);

  std::int64_t size() const { return size_; }
  /// [rows, size()]. Throws internal for other columns.
  Features features(const MeasuredRows& rows) const;

 private:
  struct Column {
    bool words = false;
    double mean = 0.0, deviation = 1.0;   ///< of numbers
    std::int64_t first = 0;               ///< its first feature
    bool some_missing = false;            ///< in training
    std::vector<std::int64_t> place;      ///< of each word, from 0
    std::int64_t other = 0, missing = 0;  ///< places of words that are new, and of no word
  };
  void add_numbers(const MeasuredColumn& column, Column& made);
  void add_words(const MeasuredColumn& column, Column& made);

  std::int64_t size_ = 0;
  std::vector<Column> columns_;
};

}  // namespace vgan
