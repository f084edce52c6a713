#include "engine/metrics/two_sample.hpp"

#include <algorithm>

#include "engine/metrics/boosted_trees.hpp"
#include "engine/metrics/scores.hpp"

namespace vgan {
namespace {

constexpr std::int64_t folds = 5;
constexpr std::int64_t enough_rows = 2000;
constexpr std::uint64_t purpose = 1000;  // of drawn_rows; two for each draw

struct Told {
  MeasuredRows rows;
  std::vector<std::int32_t> sides;
};

// The rows of `one`, then as many of `two`, that are in fold `fold`, or in the others. Rows come in
// an order that was drawn, so that every fifth of each side is a fold.
Told part_of(const MeasuredRows& both, std::int64_t each, std::int64_t fold, bool inside) {
  std::vector<std::int64_t> which;
  std::vector<std::int32_t> sides;
  for (std::int64_t row = 0; row < 2 * each; ++row) {
    if ((row % each % folds == fold) != inside) continue;
    which.push_back(row);
    sides.push_back(row < each ? 0 : 1);
  }
  return {both.take(which), std::move(sides)};
}

double auc_of_folds(const MeasuredRows& both, std::int64_t each) {
  double sum = 0.0;
  for (std::int64_t fold = 0; fold < folds; ++fold) {
    const Told training = part_of(both, each, fold, false);
    const Told judged = part_of(both, each, fold, true);
    const BoostedTrees trees(training.rows, training.sides, 2);
    const std::vector<std::uint8_t> sides(judged.sides.begin(), judged.sides.end());
    sum += auc(sides, trees.scores(judged.rows));
  }
  return sum / static_cast<double>(folds);
}

}  // namespace

std::optional<double> two_sample_auc(const MeasuredRows& one, const MeasuredRows& two,
                                     std::uint64_t seed) {
  require_same_columns("a two-sample test", one, two);
  const std::int64_t each = std::min({one.rows, two.rows, most_told});
  if (each < 2 * folds) return std::nullopt;
  const std::int64_t draws = std::clamp(enough_rows / each, std::int64_t{1}, most_draws);
  double sum = 0.0;
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    const std::uint64_t own = purpose + 2 * static_cast<std::uint64_t>(draw);
    const MeasuredRows both = stacked(one.take(drawn_rows(one.rows, each, seed, own)),
                                      two.take(drawn_rows(two.rows, each, seed, own + 1)));
    sum += auc_of_folds(both, each);
  }
  return sum / static_cast<double>(draws);
}

}  // namespace vgan
