// What a model over cells foretells of the outcome of rows, beside what was observed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/report/charts.hpp"
#include "engine/report/run_facts.hpp"
#include "engine/report/run_trials.hpp"

namespace vgan {

struct OutcomeCheck {
  std::string name, unit;  ///< of the column
  double level = 0.9;      ///< of the intervals
  std::int64_t rows = 0;
  // of an outcome of numbers
  std::vector<IntervalPoint> points;  ///< of each row
  double coverage = 0.0;              ///< the share of observed numbers within their interval
  double r2 = 0.0, rmse = 0.0;        ///< of the predicted means
  double width = 0.0;                 ///< mean, of the intervals
  // of an outcome of words
  bool words = false;
  double accuracy = 0.0;  ///< of the most probable word
  double usual = 0.0;     ///< of the most frequent word, for comparison
};

/// Predicts the outcome of up to `most` of the held-out rows by all their other columns. Nothing
/// where the model is not over cells, or its outcome is a curve, or tied to other columns by a
/// constraint, or the schema has none. Throws no_device and as load_weights.
std::optional<OutcomeCheck> check_outcome(const RunFacts& facts, const RunTrials& trials,
                                          const std::string& device, std::int64_t threads,
                                          std::int64_t most = 300);

}  // namespace vgan
