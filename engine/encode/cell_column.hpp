// A column of a table as cells: categories, values that come again, ranges of quantiles.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "engine/encode/table_heads.hpp"

namespace vgan {

/// One head of a table's row (heads_of), or a number with the flag that says whether it is missing.
/// Its cells are counted from 0; that of a missing number is the last.
class CellColumn {
 public:
  enum class Kind {
    category,  ///< a category of a choice or a flag
    grid,      ///< a value that comes again, the least first
    quantile,  ///< the numbers from one quantile to another; one that many rows have stands alone
  };

  /// How numbers are cut.
  struct Options {
    std::size_t quantiles = 64;  ///< cells wider than two of so many parts of the span are halved
    /// Numbers with up to this many different values are a grid, where each comes twice in the mean
    /// and one of three holds: there are up to `few`, they are a design, or each comes `rows` times
    /// in the mean.
    std::size_t most_grid = 256;
    std::size_t few = 40;
    std::size_t rows = 50;
  };
  /// A quantile cell keeps up to this many of its numbers, in equal steps of rank.
  static constexpr std::size_t most_kept = 64;
  /// A column that was saved has up to this many cells.
  static constexpr std::size_t most_cells = 4096;

  /// The cells of a choice or a flag; `values`: those of a choice among numbers, ascending, behind
  /// which there may be a category of missing ones.
  static CellColumn of_category(const Head& head, std::vector<double> values = {});
  /// The cells of a number by those that there are, one or more and finite, in any order; `design`:
  /// whether they are set, not measured.
  static CellColumn of_numbers(const Head& head, std::vector<double> numbers, bool design,
                               const Options& options);
  /// A column as it is saved: all but its head.
  struct Saved {
    Kind kind = Kind::category;
    bool numeric = false, may_be_missing = false, tied = false;
    std::vector<double> values, shares;
    std::vector<double> kept;       ///< of quantile cells, the members of all
    std::vector<std::size_t> ends;  ///< where each cell's members end
  };
  Saved saved() const {
    return {kind_, numeric_, may_be_missing_, tied_, values_, shares_, kept_, ends_};
  }
  /// The column that was saved. Nothing where it contradicts itself or the head.
  static std::optional<CellColumn> of_saved(const Head& head, Saved saved);

  static CellColumn of_numbers(const Head& head, std::vector<double> numbers, bool design) {
    return of_numbers(head, std::move(numbers), design, Options());
  }

  Kind kind() const { return kind_; }
  const Head& head() const { return head_; }
  bool may_be_missing() const { return may_be_missing_; }
  /// The number of cells, with that of a missing number.
  std::size_t size() const { return values_.size() + (may_be_missing_ ? 1 : 0); }
  /// The number in the middle of each cell but that of a missing one: of a grid its value, of a
  /// quantile cell the median; of categories that are no numbers 0, 1, 2 and so on.
  const std::vector<double>& values() const { return values_; }
  /// The share of the rows with a value that have each of `values`; of categories the same for each
  /// until `weigh` was told how many rows have them.
  const std::vector<double>& shares() const { return shares_; }
  void weigh(const std::vector<std::size_t>& rows_of_cells);
  /// Whether the categories are numbers or there is an order among the cells.
  bool ordered() const { return kind_ != Kind::category || numeric_; }
  /// Numbers of quantile cell `cell`, the least first.
  std::span<const double> members(std::size_t cell) const;

  /// The cell of a row of encoded_columns' numbers.
  std::size_t cell_of(std::span<const double> row) const;
  /// The cell of a number: of a grid the nearest value, of ranges the one in which it lies.
  std::size_t cell_of_number(double number) const;
  /// Writes the numbers of a row of that cell. `u`, from 0 up to 1, says where in a quantile cell:
  /// between two numbers that were seen, or at one of them where numbers come again.
  void put(std::size_t cell, double u, std::span<double> row) const;
  /// That number alone, of a cell that is not that of a missing one.
  double number_at(std::size_t cell, double u) const;
  /// Which part of a cell, `from` to `to` of `u`, has numbers from `low` to `high`; nothing where
  /// none has, and of the cell of a missing number.
  struct Part {
    double from = 0.0;
    double to = 1.0;
  };
  std::optional<Part> part_between(std::size_t cell, double low, double high) const;

  bool operator==(const CellColumn&) const = default;

 private:
  Kind kind_ = Kind::category;
  Head head_;
  bool numeric_ = false;         // numbers, or a choice among such
  bool may_be_missing_ = false;  // the last cell is that of a missing number
  bool tied_ = false;            // of fewer different numbers than half the rows
  std::vector<double> values_;   // of each cell but that of a missing number
  std::vector<double> shares_;
  std::vector<double> tops_;       // of quantile cells, the greatest number of each
  std::vector<double> kept_;       // of quantile cells, what is kept, the least first
  std::vector<std::size_t> ends_;  // of quantile cells, where each ends among `kept_`
};

}  // namespace vgan
