// What a model over cells says of a curve, which it knows by scores.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/encode/curve_scores.hpp"
#include "engine/experiment/cell_predictor.hpp"
#include "engine/experiment/predict.hpp"
#include "engine/generate/given_rows.hpp"
#include "engine/models/generator_model.hpp"

namespace vgan {

/// Curves that are drawn for each row, whose quantiles are those of its prediction.
inline constexpr std::uint64_t curves_of_row = 200;

/// Predicts the samples of a curve for `rows` of `given`, which leave it free, NaN for the others.
/// A sample's mean is that of the curve at the scores' means, as curves are sums over scores; its
/// median and the ends of its interval are those of `curves_of_row` curves that the model draws.
std::vector<PredictResult::Numbers> predict_curve(const CurveScores& curve,
                                                  const GeneratorModel& model,
                                                  const GivenRows& given,
                                                  std::span<const std::int64_t> rows, double level,
                                                  CellPredictor& predictor);

}  // namespace vgan
