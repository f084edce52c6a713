#include "engine/metrics/two_sample.hpp"

#include <algorithm>

#include "engine/metrics/auc_interval.hpp"
#include "engine/metrics/boosted_trees.hpp"

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

ToldFold told_fold(const MeasuredRows& both, std::int64_t each, std::int64_t fold,
                   const std::vector<std::int64_t>& rows_one,
                   const std::vector<std::int64_t>& rows_two) {
  const Told training = part_of(both, each, fold, false);
  const Told judged = part_of(both, each, fold, true);
  const BoostedTrees trees(training.rows, training.sides, 2);
  const std::vector<double> scores = trees.scores(judged.rows);
  const std::size_t half = scores.size() / 2;
  ToldFold made;
  made.one.assign(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(half));
  made.two.assign(scores.begin() + static_cast<std::ptrdiff_t>(half), scores.end());
  for (std::int64_t row = fold; row < each; row += folds) {
    made.rows_one.push_back(rows_one[static_cast<std::size_t>(row)]);
    made.rows_two.push_back(rows_two[static_cast<std::size_t>(row)]);
  }
  return made;
}

}  // namespace

std::vector<ToldFold> two_sample_folds(const MeasuredRows& one, const MeasuredRows& two,
                                       std::uint64_t seed) {
  require_same_columns("a two-sample test", one, two);
  const std::int64_t each = std::min({one.rows, two.rows, most_told});
  std::vector<ToldFold> made;
  if (each < 2 * folds) return made;
  const std::int64_t draws = std::clamp(enough_rows / each, std::int64_t{1}, most_draws);
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    const std::uint64_t own = purpose + 2 * static_cast<std::uint64_t>(draw);
    const std::vector<std::int64_t> rows_one = drawn_rows(one.rows, each, seed, own);
    const std::vector<std::int64_t> rows_two = drawn_rows(two.rows, each, seed, own + 1);
    const MeasuredRows both = stacked(one.take(rows_one), two.take(rows_two));
    for (std::int64_t fold = 0; fold < folds; ++fold) {
      made.push_back(told_fold(both, each, fold, rows_one, rows_two));
    }
  }
  return made;
}

std::optional<double> two_sample_auc(const MeasuredRows& one, const MeasuredRows& two,
                                     std::uint64_t seed) {
  const std::vector<ToldFold> told = two_sample_folds(one, two, seed);
  if (told.empty()) return std::nullopt;
  double sum = 0.0;
  for (const ToldFold& fold : told) sum += auc_estimate(fold.two, fold.one).value;
  return sum / static_cast<double>(told.size());
}

}  // namespace vgan
