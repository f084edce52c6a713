#include "engine/metrics/boosted_trees.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "engine/base/check.hpp"

namespace vgan {
namespace {

using Derivative = std::pair<double, double>;  // the first and the second of a loss

void require_rows(const MeasuredRows& inputs, std::size_t targets) {
  require(inputs.rows > 0 && targets == static_cast<std::size_t>(inputs.rows), "boosted trees",
          std::to_string(targets) + " targets", std::to_string(inputs.rows) + ", one or more");
}

// The probability of a class, away from 0 and 1, whose logarithm is asked for.
double bounded(double share) {
  constexpr double least = std::numeric_limits<double>::epsilon();
  return std::clamp(share, least, 1.0 - least);
}

void add_round(const std::vector<RegressionTree>& trees, double rate, const BinnedRows& rows,
               std::vector<double>& scores) {
  const std::size_t outputs = trees.size();
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] += rate * trees[i % outputs].value(rows, i / outputs);
  }
}

}  // namespace

// `derivatives(row, scores, made)` puts into `made` the first and the second derivative of the
// row's loss by each of its scores.
template <class Derivatives>
void BoostedTrees::learn(const MeasuredRows& inputs, const BoostingOptions& options,
                         Derivatives&& derivatives) {
  const BinnedRows rows = bins_.binned(inputs);
  const auto count = static_cast<std::size_t>(inputs.rows);
  std::vector<double> scores(count * outputs());
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = start_[i % outputs()];
  std::vector<std::vector<float>> gradients(outputs(), std::vector<float>(count));
  std::vector<std::vector<float>> hessians = gradients;
  std::vector<Derivative> made(outputs());
  for (int round = 0; round < options.rounds; ++round) {
    for (std::size_t row = 0; row < count; ++row) {
      derivatives(row, scores.data() + row * outputs(), made);
      for (std::size_t output = 0; output < outputs(); ++output) {
        gradients[output][row] = static_cast<float>(made[output].first);
        hessians[output][row] = static_cast<float>(made[output].second);
      }
    }
    std::vector<RegressionTree> trees;
    for (std::size_t output = 0; output < outputs(); ++output) {
      trees.emplace_back(bins_.columns(), rows, gradients[output], hessians[output], options.tree);
    }
    add_round(trees, rate_, rows, scores);
    rounds_.push_back(std::move(trees));
  }
}

BoostedTrees::BoostedTrees(const MeasuredRows& inputs, std::span<const double> numbers,
                           const BoostingOptions& options)
    : numbers_(true), rate_(options.rate), bins_(inputs) {
  require_rows(inputs, numbers.size());
  start_ = {std::accumulate(numbers.begin(), numbers.end(), 0.0) /
            static_cast<double>(numbers.size())};
  learn(inputs, options, [&](std::size_t row, const double* score, std::vector<Derivative>& made) {
    made[0] = {*score - numbers[row], 1.0};
  });
}

BoostedTrees::BoostedTrees(const MeasuredRows& inputs, std::span<const std::int32_t> classes,
                           std::int32_t count, const BoostingOptions& options)
    : numbers_(false), rate_(options.rate), bins_(inputs) {
  require_rows(inputs, classes.size());
  require(count >= 2, "boosted trees", std::to_string(count) + " classes", "two or more");
  std::vector<double> shares(static_cast<std::size_t>(count), 0.0);
  for (const std::int32_t c : classes) {
    require(c >= 0 && c < count, "boosted trees", "class " + std::to_string(c),
            "0 to " + std::to_string(count - 1));
    shares[static_cast<std::size_t>(c)] += 1.0 / static_cast<double>(classes.size());
  }
  if (count == 2) {
    const double share = bounded(shares[1]);
    start_ = {std::log(share / (1.0 - share))};
    learn(inputs, options,
          [&](std::size_t row, const double* score, std::vector<Derivative>& made) {
            const double p = 1.0 / (1.0 + std::exp(-*score));
            made[0] = {p - (classes[row] == 1 ? 1.0 : 0.0), p * (1.0 - p)};
          });
    return;
  }
  for (const double share : shares) start_.push_back(std::log(bounded(share)));
  learn(inputs, options, [&](std::size_t row, const double* score, std::vector<Derivative>& made) {
    const double greatest = *std::max_element(score, score + made.size());
    double sum = 0.0;
    for (std::size_t c = 0; c < made.size(); ++c) {
      made[c].second = std::exp(score[c] - greatest);
      sum += made[c].second;
    }
    for (std::size_t c = 0; c < made.size(); ++c) {
      const double p = made[c].second / sum;
      const bool is_it = static_cast<std::size_t>(classes[row]) == c;
      made[c] = {p - (is_it ? 1.0 : 0.0), p * (1.0 - p)};
    }
  });
}

std::vector<double> BoostedTrees::scores(const MeasuredRows& inputs) const {
  const BinnedRows rows = bins_.binned(inputs);
  std::vector<double> scores(static_cast<std::size_t>(inputs.rows) * outputs());
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = start_[i % outputs()];
  for (const std::vector<RegressionTree>& trees : rounds_) add_round(trees, rate_, rows, scores);
  return scores;
}

std::vector<std::int32_t> BoostedTrees::classes(const MeasuredRows& inputs) const {
  require(!numbers_, "classes of boosted trees", "trees of numbers", "trees of classes");
  const std::vector<double> all = scores(inputs);
  std::vector<std::int32_t> made;
  for (std::size_t row = 0; row < static_cast<std::size_t>(inputs.rows); ++row) {
    const double* own = all.data() + row * outputs();
    made.push_back(outputs() == 1
                       ? (own[0] > 0.0 ? 1 : 0)
                       : static_cast<std::int32_t>(std::max_element(own, own + outputs()) - own));
  }
  return made;
}

}  // namespace vgan
