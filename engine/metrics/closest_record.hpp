// How near rows lie to those that a model was trained on.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/metrics/measure_device.hpp"
#include "engine/metrics/measured_rows.hpp"
#include "engine/metrics/neighbours.hpp"

namespace vgan {

/// The training rows next to a row.
struct ClosestRecord {
  double distance = 0.0;  ///< to the closest
  double second = 0.0;    ///< to the next, which may be as near; infinity: there is but one
  std::int64_t row = 0;   ///< the closest, the first of several
};

/// Finds the closest training rows of others. The distance is Euclidean: numbers count in the
/// standard deviation of their column's training rows, words that differ as 1. A missing number
/// stands at the mean of its column, and whether it is missing is one word more.
class RecordDistance {
 public:
  /// On `device`, which must outlive it, or on all of the CPU. Throws internal for no rows.
  explicit RecordDistance(const MeasuredRows& training, MeasureDevice* device = nullptr);

  /// The training rows closest to each of `rows`. Time is the product of the numbers of rows.
  /// Throws internal for other columns.
  std::vector<ClosestRecord> closest(const MeasuredRows& rows) const;
  /// The closest other training rows of each training row; copies of it are others.
  std::vector<ClosestRecord> closest_others() const;
  /// The median of the distances of `rows` to the closest training row. Throws internal for no rows
  /// or other columns.
  double median(const MeasuredRows& rows) const;
  ~RecordDistance();
  RecordDistance(RecordDistance&&) noexcept;

 private:
  struct Scale {
    double mean = 0.0, deviation = 1.0;
  };
  struct Coded {
    Features rows;                ///< numbers in deviations, then words as their numbers
    std::vector<double> further;  ///< [rows]: what is added to the square of every distance
  };
  void read_columns();
  Coded coded(const MeasuredRows& rows) const;

  MeasuredRows training_;
  std::vector<Scale> scales_;         ///< of each column of numbers
  std::vector<std::size_t> numbers_;  ///< which columns these are
  std::vector<std::size_t> words_;    ///< the others, and the numbers of which some are missing
  std::vector<std::size_t> whole_;    ///< the numbers of which none is
  struct Points;
  std::unique_ptr<Points> points_;  ///< the training rows
};

/// The median of the distances. Throws internal for none.
double median_closest(const std::vector<ClosestRecord>& records);

}  // namespace vgan
