// The interval of a number that a model predicts.
#pragma once

#include <cstddef>
#include <cstdint>
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

/// The interval by what each network of a model with folds says, `shares`: the means of the ends of
/// their intervals, each `margin` scales of its distribution farther out (LeftOut), which is how
/// far a network errs by itself. The networks' mean errs less, by the spread among them: the
/// squared error of the mean is the mean squared error of one less the variance of their means (A.
/// Krogh, J. Vedelsby, "Neural network ensembles, cross validation, and active learning", NIPS
/// 1994), so what the margin adds is cut as much, an error being taken for half the interval over
/// the normal quantile of its end. The interval lies within the numbers that were seen, ends at
/// values of a grid, and holds the median of the mean shares.
Interval cross_conformal(const CellColumn& column,
                         const std::vector<std::span<const float>>& shares, double level,
                         double margin);

/// The interval of column of cells `column` in each of `rows` of `given`, which leave it free: the
/// former where the model learnt all rows, else the latter. All that predicts takes its intervals
/// from here.
std::vector<Interval> intervals_of(CellPredictor& predictor, const GeneratorModel& model,
                                   const GivenRows& given, std::span<const std::int64_t> rows,
                                   std::size_t column, double level);

}  // namespace vgan
