// The interval of a model with folds, by what its networks say and how far rows were missed.
#include <cmath>
#include <numeric>

#include "engine/experiment/interval.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

using Shares = std::vector<std::vector<float>>;

// 1,000 numbers 0, 0.01 and so on to 9.99, in 64 cells.
CellColumn even_column() {
  std::vector<double> numbers;
  for (int i = 0; i < 1000; ++i) numbers.push_back(0.01 * i);
  return CellColumn::of_numbers({0, 1, HeadKind::number, -1}, std::move(numbers), false);
}

// Shares of the cells whose middle lies within `reach` of one of `peaks`, by the peaks' weights.
std::vector<float> peaks(const CellColumn& column,
                         const std::vector<std::pair<double, float>>& peaks, double reach = 0.5) {
  std::vector<float> shares(column.size(), 0.0F);
  for (std::size_t t = 0; t < shares.size(); ++t) {
    for (const auto& [at, weight] : peaks) {
      if (std::abs(column.values()[t] - at) < reach) shares[t] += weight;
    }
  }
  const float sum = std::accumulate(shares.begin(), shares.end(), 0.0F);
  for (float& share : shares) share /= sum;
  return shares;
}

Interval interval(const CellColumn& column, const Shares& shares, double level, double margin) {
  std::vector<std::span<const float>> views(shares.begin(), shares.end());
  return CrossConformal(column, views, [&](double) { return margin; }).interval(level);
}

}  // namespace

TEST_CASE("without a margin the ends are the means of the networks' own", "[folds]") {
  const CellColumn column = even_column();
  const Shares shares = {peaks(column, {{2.0, 1.0F}}), peaks(column, {{3.0, 1.0F}})};
  Interval mean;
  for (const auto& own : shares) {
    const Interval one = interval_of(CellDistribution(column, own), 0.9);
    mean.low += 0.5 * one.low;
    mean.high += 0.5 * one.high;
  }
  const Interval found = interval(column, shares, 0.9, 0.0);
  CHECK(found.low == Approx(mean.low));
  CHECK(found.high == Approx(mean.high));
}

TEST_CASE("a margin widens, less where the networks are apart, and never narrows what they say",
          "[folds]") {
  const CellColumn column = even_column();
  const Shares alike = {peaks(column, {{5.0, 1.0F}}), peaks(column, {{5.0, 1.0F}})};
  const Shares apart = {peaks(column, {{4.7, 1.0F}}), peaks(column, {{5.3, 1.0F}})};
  const auto width = [&](const Shares& shares, double margin) {
    const Interval found = interval(column, shares, 0.9, margin);
    return found.high - found.low;
  };
  CHECK(width(alike, 0.5) > width(alike, 0.0) + 0.5);
  CHECK(width(apart, 0.5) < width(alike, 0.5) - 0.05);
  CHECK(width(apart, 0.5) > width(apart, 0.0));
  CHECK(width(alike, -0.1) < width(alike, 0.0));

  // Two peaks that the networks weigh otherwise: their means are far apart, and both are real.
  const Shares two = {peaks(column, {{1.0, 0.7F}, {9.0, 0.3F}}),
                      peaks(column, {{1.0, 0.3F}, {9.0, 0.7F}})};
  const Interval wide = interval(column, two, 0.9, 0.05);
  CHECK(wide.low < 1.0);
  CHECK(wide.high > 9.0);
}

TEST_CASE("an interval of folds holds the median, and those of lower levels", "[folds]") {
  const CellColumn column = even_column();
  const Shares shares = {peaks(column, {{1.0, 0.9F}, {8.0, 0.1F}}),
                         peaks(column, {{1.5, 0.6F}, {8.0, 0.4F}})};
  std::vector<float> mean(column.size());
  for (std::size_t t = 0; t < mean.size(); ++t) mean[t] = 0.5F * (shares[0][t] + shares[1][t]);
  const double median = CellDistribution(column, mean).quantile(0.5);
  Interval before{median, median};
  for (const double level : {0.02, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 0.995, 0.9999}) {
    INFO(level);
    const Interval now = interval(column, shares, level, 0.1);
    CHECK(now.low <= median);
    CHECK(now.high >= median);
    CHECK(now.low <= before.low + 1e-9);
    CHECK(now.high >= before.high - 1e-9);
    before = now;
  }
}

TEST_CASE("an interval of folds ends at values of a grid", "[folds]") {
  std::vector<double> numbers;
  for (int i = 0; i < 200; ++i) numbers.push_back(i % 10);
  const CellColumn column =
      CellColumn::of_numbers({0, 1, HeadKind::number, -1}, std::move(numbers), false);
  REQUIRE(column.kind() == CellColumn::Kind::grid);
  const Shares shares = {peaks(column, {{4.0, 1.0F}}, 1.5), peaks(column, {{5.0, 1.0F}}, 1.5)};
  for (const double margin : {0.0, 0.2, 0.4, 3.0}) {
    const Interval found = interval(column, shares, 0.9, margin);
    CHECK(found.low == std::round(found.low));
    CHECK(found.high == std::round(found.high));
    CHECK(found.low >= 0.0);
    CHECK(found.high <= 9.0);
  }
  CHECK(interval(column, shares, 0.9, 3.0).high == 9.0);
}

TEST_CASE("quantiles and probabilities of folds are those of their intervals", "[folds]") {
  const CellColumn column = even_column();
  const Shares shares = {peaks(column, {{3.0, 0.7F}, {7.0, 0.3F}}),
                         peaks(column, {{3.4, 0.8F}, {7.0, 0.2F}})};
  const std::vector<std::span<const float>> views(shares.begin(), shares.end());
  const CrossConformal number(column, views, [](double level) { return 0.1 + 0.2 * level; });
  CHECK(number.quantile(0.05) == Approx(number.interval(0.9).low));
  CHECK(number.quantile(0.95) == Approx(number.interval(0.9).high));
  // They are farther out than those of the mean of the shares.
  std::vector<float> mean(column.size());
  for (std::size_t t = 0; t < mean.size(); ++t) mean[t] = 0.5F * (shares[0][t] + shares[1][t]);
  const CellDistribution plain(column, mean);
  CHECK(number.quantile(0.5) == plain.quantile(0.5));
  CHECK(number.quantile(0.05) < plain.quantile(0.05));
  CHECK(number.quantile(0.95) > plain.quantile(0.95));
  CHECK(number.share_below(-1.0) == 0.0);
  CHECK(number.share_below(20.0) == 1.0);
  double before = 0.0;
  for (double at = 0.0; at < 10.0; at += 0.25) {
    INFO(at);
    const double share = number.share_below(at);
    CHECK(share >= before - 1e-6);
    before = share;
    if (share <= 1e-5 || share >= 1.0 - 1e-5) continue;
    CHECK(number.quantile(share - 1e-5) <= at + 1e-9);
    CHECK(number.quantile(share + 1e-5) >= at - 1e-9);
  }
}
