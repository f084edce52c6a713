// What the rows that each network of a model left out say of the model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"

namespace vgan {

/// How far intervals must be widened to hold as many of the rows left out as they say, and
/// temperatures at which these rows are best foretold; of a model without folds there are none.
///
/// A row's score at a level is how far its number lies outside the interval of that level, as the
/// network that left the row out has it, below 0 where it lies inside, by the
/// scale of that network's distribution (CellDistribution::scale): max(low - y, y - high) / scale.
/// The margin of level L is the ceil((n + 1) L)-th least of n scores, the greatest where that is
/// more than n (Y. Romano, E. Patterson, E. Candes, "Conformalized quantile regression", NeurIPS
/// 2019, arXiv:1905.03222; across folds V. Vovk, "Cross-conformal predictors", Ann. Math. Artif.
/// Intell. 74, 2015).
class LeftOut {
 public:
  /// Which other columns a row shows.
  enum class Shown { all_others, some };
  /// Margins of a column: of the levels 0, 0.01 and so on to 1.
  static constexpr std::int64_t points = 101;
  static double level_of(std::int64_t point) {
    return static_cast<double>(point) / static_cast<double>(points - 1);
  }

  LeftOut() = default;
  explicit LeftOut(std::size_t columns);

  bool empty() const { return temperatures_.empty(); }
  /// How many rows were asked; 0 where none was, as the networks had learnt nothing or the run was
  /// stopped: margins are then 0 and temperatures 1.
  std::int64_t rows() const { return rows_; }
  void set_rows(std::int64_t rows) { rows_ = rows; }
  /// The scores of rows at the level of `point`. A margin that is never set is 0.
  void set_scores(std::size_t column, Shown shown, std::int64_t point, std::vector<double> scores);
  void set_temperature(std::size_t column, double temperature);

  /// By how much the interval of column of cells `column` is widened at either end to hold a share
  /// `level`, 0 to 1, of new numbers, in scales of the row's distribution; below 0 it is
  /// narrowed. 0 where the model is empty.
  double margin(std::size_t column, Shown shown, double level) const;
  /// The temperature, 1 or more, of each column of cells when it is drawn behind those before it.
  std::vector<double> temperatures() const;

  /// `left_out.margins` F64 [columns, 2, points] and `left_out.temperatures` F32 [columns], and how
  /// many rows there were, as metadata `left_out.rows`.
  void save(Checkpoint& checkpoint) const;
  /// Throws bad_data unless they are there, of these shapes, finite, temperatures 1 or more.
  static LeftOut load(const Checkpoint& checkpoint, std::size_t columns, const std::string& origin);

 private:
  std::int64_t rows_ = 0;
  std::vector<double> margins_;  // [columns, 2, points]
  std::vector<float> temperatures_;
};

}  // namespace vgan
