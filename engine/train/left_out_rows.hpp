// Rows that each network of a model over cells left out, and what these say of it.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/encode/cell_layout.hpp"
#include "engine/encode/cell_places.hpp"
#include "engine/models/fold_plan.hpp"
#include "engine/models/left_out.hpp"
#include "engine/sample/cell_sampler.hpp"

namespace vgan {

/// Up to 1,000 rows of each fold, of tables of many columns down to 100.
class LeftOutRows {
 public:
  /// `plan` has folds of the rows of `trials`. `cells` outlives it.
  LeftOutRows(const FoldPlan& plan, const Trials& trials, const TableCells& cells,
              const CellLayout& layout, std::uint64_t seed);

  /// Margins of 0 and temperatures of 1, of networks that have learnt nothing.
  LeftOut unjudged() const;
  /// Margins and temperatures of the networks of `sampler`, of which the first leaves out the first
  /// fold and so on. A row of `some` shows any number of columns at random. `stop` is asked before
  /// each column, and may be empty; where it says so, nothing is judged.
  LeftOut judge(Queue& queue, CellSampler& sampler, const std::function<bool()>& stop) const;

 private:
  struct Fold {
    std::int64_t rows = 0;
    std::vector<std::int32_t> cells;   // [rows, columns]
    std::vector<double> numbers;       // [rows, columns]: of a number that is known, else NaN
    std::vector<std::uint8_t> random;  // [rows, columns]: 1 where a row of `some` shows the column
  };
  enum class Mask { before, all_others, some };
  using Shares = std::vector<std::vector<float>>;

  bool shows(const Fold& fold, Mask mask, std::int64_t row, std::size_t column,
             std::size_t other) const;
  /// What the networks say of the column in the rows that each left out, fold after fold.
  Shares shares_of(Queue& queue, CellSampler& sampler, Mask mask, std::size_t column) const;
  double temperature_of(const Shares& shares, std::size_t column) const;
  void score(const Shares& shares, std::size_t column, LeftOut::Shown shown, LeftOut& made) const;

  const TableCells& cells_;
  std::vector<std::size_t> place_in_order_;  // of each column
  std::vector<bool> numeric_;                // columns that have intervals
  std::vector<Fold> folds_;
};

}  // namespace vgan
