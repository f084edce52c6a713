#include "engine/metrics/scores.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "engine/base/check.hpp"

namespace vgan {
namespace {

void require_as_many(const char* measure, std::size_t rows, std::size_t predictions) {
  require(rows == predictions, measure, std::to_string(predictions) + " predictions",
          std::to_string(rows));
}

}  // namespace

double auc(std::span<const std::uint8_t> positive, std::span<const double> scores) {
  require_as_many("AUC", positive.size(), scores.size());
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double above = 0.0;  // negatives below a positive, those beside it by half
  double positives = 0.0, negatives = 0.0;
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    double positives_here = 0.0, negatives_here = 0.0;
    for (; last < order.size() && scores[order[last]] == scores[order[first]]; ++last) {
      (positive[order[last]] != 0 ? positives_here : negatives_here) += 1.0;
    }
    above += positives_here * (negatives + 0.5 * negatives_here);
    positives += positives_here;
    negatives += negatives_here;
  }
  return positives == 0.0 || negatives == 0.0 ? 0.5 : above / (positives * negatives);
}

double r_squared(std::span<const double> values, std::span<const double> predictions) {
  require_as_many("R2", values.size(), predictions.size());
  if (values.empty()) return 0.0;
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double errors = 0.0, spread = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    errors += (values[i] - predictions[i]) * (values[i] - predictions[i]);
    spread += (values[i] - mean) * (values[i] - mean);
  }
  return spread > 0.0 ? 1.0 - errors / spread : 0.0;
}

double accuracy(std::span<const std::int32_t> classes, std::span<const std::int32_t> predictions) {
  require_as_many("accuracy", classes.size(), predictions.size());
  require(!classes.empty(), "accuracy", "no rows", "one or more");
  std::int64_t right = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) right += classes[i] == predictions[i] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(classes.size());
}

}  // namespace vgan
