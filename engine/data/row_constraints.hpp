// Makes the constraints of a table true of each row that is drawn, by the way in which it is made.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "engine/data/formula.hpp"
#include "engine/data/schema.hpp"
#include "engine/data/table_cell.hpp"

namespace vgan {

/// Cells and numbers of a row are those of all columns of its schema.
class RowConstraints {
 public:
  /// `schema`, whose constraints are sound (constraint_rules.hpp), must outlive it.
  explicit RowConstraints(const Schema& schema);
  RowConstraints(RowConstraints&&) noexcept = default;

  /// Whether anything is to be done.
  bool empty() const { return upper_.empty() && sums_.empty() && derived_.empty(); }

  /// What a column with others below it counts from: to a network its number is the distance to
  /// that.
  struct Floor {
    double value = 0.0;
    bool strict = false;  ///< the number lies above it, not at it
  };
  /// The greatest number of the columns below `column`; of one without a number (NaN in `numbers`)
  /// that of those below it. Where none has one, the least number of the column.
  Floor floor(std::size_t column, std::span<const double> numbers) const;

  /// The columns that others are below, each behind those.
  const std::vector<std::size_t>& upper() const { return upper_; }
  /// All columns of orders, each once: those whose numbers `floor` reads.
  std::vector<std::size_t> ordered() const;

  /// Makes distances numbers, after lowering what would push another beyond its greatest number;
  /// moves the parts of a constant so that they add up to it, as little as can be and within their
  /// bounds; and gives derived columns their values; one that depends on a missing number, or has
  /// no finite value, is missing.
  void settle(std::vector<TableCell>& cells);

  /// In the row that was settled last, the distance of a column with others below it to what it
  /// counts from.
  double distance(std::size_t column) const {
    return numbers_[column] - floor(column, numbers_).value;
  }

 private:
  void find_ceilings(const std::vector<TableCell>& cells);
  double above(const ColumnSchema& column, const Floor& floor, double distance,
               double ceiling) const;
  void settle_sum(const Constraints::Sum& sum, std::vector<TableCell>& cells) const;
  void hand_out(double rest, const std::vector<std::size_t>& parts,
                std::vector<double>& values) const;
  void derive(std::vector<TableCell>& cells);

  const Schema* schema_;
  std::vector<std::size_t> upper_;
  std::vector<Constraints::Sum> sums_;
  std::vector<std::pair<std::size_t, Formula>> derived_;  // each behind those that it is made of
  std::vector<double> numbers_;
  std::vector<double> ceilings_;  // of each column, what those above it leave to it
  std::vector<double> arguments_;
};

}  // namespace vgan
