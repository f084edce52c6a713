// Sets of a table's rows beside held-out ones.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/metrics/known_rows.hpp"
#include "engine/metrics/measured_rows.hpp"
#include "engine/metrics/utility.hpp"
#include "engine/quality/evaluator.hpp"
#include "engine/quality/figures.hpp"

namespace vgan {

/// Judges rows by training and held-out rows.
class TableJudge {
 public:
  /// `outcome`: the name of a column, see outcome_column; empty: the last.
  TableJudge(TableRows rows, const std::string& outcome, std::uint64_t seed);

  /// How rows stand to held-out ones, in pieces that may be done side by side: each makes figures
  /// of its own. `rows` must outlive them.
  std::vector<std::function<Figures()>> pieces(const MeasuredRows& rows, MeasureDepth depth) const;
  /// The share of rows that are training rows, cell for cell.
  double share_of_copies(const MeasuredRows& rows) const;
  /// KnownRows::share_of_twins of the training rows.
  double share_of_twins() const { return rows_.trained_on.share_of_twins(); }
  /// The shape of each column, beside that of training rows.
  std::vector<MeasuredPart> columns(const MeasuredRows& rows) const;
  /// "Utility is that of predicting force, by R2."; empty where nothing can be learned.
  std::string outcome_text() const;

  const MeasuredRows& training() const { return rows_.training; }
  const MeasuredRows& held_out() const { return rows_.held_out; }

 private:
  Figures sdmetrics(const MeasuredRows& rows) const;

  TableRows rows_;
  std::uint64_t seed_;
  std::optional<Outcome> outcome_;
};

}  // namespace vgan
