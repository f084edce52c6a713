// The interval of a number that a model predicts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/encode/cell_distribution.hpp"
#include "engine/experiment/cell_predictor.hpp"
#include "engine/generate/given_rows.hpp"
#include "engine/models/generator_model.hpp"

namespace vgan {

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// The interval that holds `level`, above 0 and below 1, of a distribution, as much being left on
/// either side.
Interval interval_of(const CellDistribution& distribution, double level);

/// What the networks of a model with folds say of a number together. Its interval of a level is
/// the means of the ends of theirs, each `margin` scales of its distribution farther out (LeftOut),
/// which is how far a network errs by itself. The networks' mean errs less, by the spread among
/// them: the squared error of the mean is the mean squared error of one less the variance of their
/// means (A. Krogh, J. Vedelsby, "Neural network ensembles, cross validation, and active learning",
/// NIPS 1994), so what the margin adds is cut as much, an error being taken for half the interval
/// over the normal quantile of its end. The interval lies within the numbers that were seen, ends
/// at values of a grid, and holds the median of the mean shares.
class CrossConformal {
 public:
  /// By how many scales intervals of a level are widened at either end; below 0: narrowed.
  using Margin = std::function<double(double level)>;
  /// `shares` are those of each network. All outlive it.
  CrossConformal(const CellColumn& column, const std::vector<std::span<const float>>& shares,
                 Margin margin);

  Interval interval(double level) const;
  /// The quantile at `share`, 0 to 1: an end of the interval that leaves as much at either side,
  /// the lower one below a half; the median at a half.
  double quantile(double share) const;
  /// The probability of a number at or below `number`: a share, to a millionth, whose quantile it
  /// is; where the ends of near levels cross, one of several.
  double share_below(double number) const;

 private:
  struct Network {
    CellDistribution distribution;
    double scale, mean;
  };

  const CellColumn* column_;
  Margin margin_;
  std::vector<Network> networks_;
  double centre_ = 0.0, variance_ = 0.0;  // of the networks' means
  double median_ = 0.0;
};

/// Hands out what the networks of a model with folds say together of the number of column of cells
/// `column` in each of `rows` of `given`, which leave it free; it is there until `take` returns.
void predict_cross_conformal(
    CellPredictor& predictor, const GeneratorModel& model, const GivenRows& given,
    std::span<const std::int64_t> rows, std::size_t column,
    const std::function<void(std::int64_t row, const CrossConformal& number)>& take);

/// The interval of column of cells `column` in each of `rows` of `given`, which leave it free:
/// interval_of where each network learnt all rows, else that of CrossConformal. All that predicts
/// takes its intervals from here.
std::vector<Interval> intervals_of(CellPredictor& predictor, const GeneratorModel& model,
                                   const GivenRows& given, std::span<const std::int64_t> rows,
                                   std::size_t column, double level);

}  // namespace vgan
