// The bootstrap: resamples, intervals of means, medians and AUCs whose width is known.
#include "engine/metrics/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/base/error.hpp"
#include "engine/base/sorted_quantile.hpp"
#include "engine/metrics/auc_interval.hpp"
#include "engine/metrics/scores.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/support/compare.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

std::vector<double> normal(std::int64_t rows, std::uint64_t stream) {
  std::vector<double> made;
  for (std::int64_t i = 0; i < rows; ++i) {
    made.push_back(double{math::gaussian(5, stream, static_cast<std::uint64_t>(i))});
  }
  return made;
}

double width(const Estimate& estimate) { return *estimate.high - *estimate.low; }

// Rows of a resample one by one, as often as their group is drawn: the slow twin of sums by group.
std::vector<double> drawn_anew(const std::vector<double>& rows, const Resampling& draws,
                               std::int64_t which) {
  const std::vector<std::int32_t> counts = draws.counts(which);
  std::vector<double> made;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto group = static_cast<std::size_t>(draws.group_of()[row]);
    made.insert(made.end(), static_cast<std::size_t>(counts[group]), rows[row]);
  }
  return made;
}

double plain_median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return 0.5 * (values[(values.size() - 1) / 2] + values[values.size() / 2]);
}

}  // namespace

TEST_CASE("bootstrap: rows are drawn as often as there are groups, by the seed", "[metrics]") {
  const Resampling few(7, 3), many(2001, 3);
  CHECK(few.groups() == 7);
  CHECK(many.groups() == Resampling::most_groups);
  for (const Resampling* draws : {&few, &many}) {
    const std::vector<std::int32_t> counts = draws->counts(4);
    CHECK(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}) == draws->groups());
    CHECK(counts == draws->counts(4));
    CHECK(counts != draws->counts(5));
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(draws->groups()), 0);
    for (const std::int32_t group : draws->group_of()) ++sizes[static_cast<std::size_t>(group)];
    const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end());
    CHECK(*least >= 1);
    CHECK(*most - *least <= 1);
  }
  CHECK(Resampling(7, 4).counts(0) != few.counts(0));
  CHECK(Resampling(7, 3, 1).counts(0) != few.counts(0));
  CHECK_THROWS_AS(Resampling(0, 1), Error);
}

TEST_CASE("bootstrap: means and medians of resamples are those of rows drawn anew", "[metrics]") {
  for (const std::int64_t rows : {41, 1203}) {
    const std::vector<double> values = normal(rows, 1);
    const BootstrapOptions options{50, 0.9, 8};
    const Resampling draws(rows, options.seed);
    std::vector<double> means, medians;
    for (std::int64_t which = 0; which < options.resamples; ++which) {
      const std::vector<double> drawn = drawn_anew(values, draws, which);
      means.push_back(std::accumulate(drawn.begin(), drawn.end(), 0.0) /
                      static_cast<double>(drawn.size()));
      medians.push_back(plain_median(drawn));
    }
    const Estimate mean = bootstrap_mean(values, options);
    const Estimate median = bootstrap_median(values, options);
    const Estimate plain_mean = percentile_interval(0.0, means, 0.9);
    const Estimate plain = percentile_interval(plain_median(values), medians, 0.9);
    CHECK(*mean.low == Approx(*plain_mean.low).margin(1e-12));
    CHECK(*mean.high == Approx(*plain_mean.high).margin(1e-12));
    CHECK(median.value == plain.value);
    CHECK(*median.low == *plain.low);
    CHECK(*median.high == *plain.high);
  }
}

TEST_CASE("bootstrap: the interval of a mean is as wide as theory has it", "[metrics]") {
  for (const std::int64_t rows : {300, 20000}) {
    const Estimate found = bootstrap_mean(normal(rows, 2));
    // 2 * 1.96 deviations of the mean; 400 resamples of 300 or 500 groups tell it to about 10 %.
    const double theory = 3.92 / std::sqrt(static_cast<double>(rows));
    CHECK(width(found) > 0.8 * theory);
    CHECK(width(found) < 1.2 * theory);
    CHECK(*found.low < found.value);
    CHECK(found.value < *found.high);
  }
  const Estimate constant = bootstrap_mean(std::vector<double>(20, 1.0));
  CHECK(constant.value == 1.0);
  CHECK(width(constant) == 0.0);
  CHECK_THROWS_AS(bootstrap_mean({}), Error);
}

TEST_CASE("bootstrap: quantiles between neighbours, and a centred interval", "[metrics]") {
  std::vector<double> figures(101);
  std::iota(figures.begin(), figures.end(), 0.0);
  std::reverse(figures.begin(), figures.end());
  const Estimate plain = percentile_interval(7.0, figures, 0.9);
  CHECK(plain.value == 7.0);
  CHECK(*plain.low == Approx(5.0));
  CHECK(*plain.high == Approx(95.0));
  const Estimate centred = centred_interval(60.0, figures, 0.9, 20.0, 100.0);
  CHECK(*centred.low == 20.0);  // 5 - 50 + 60 is below what there can be
  CHECK(*centred.high == 100.0);
  CHECK(*centred_interval(60.0, figures, 0.9).low == Approx(15.0));
  CHECK(sorted_quantile(std::vector<double>{1.0, 2.0, 4.0, 8.0}, 0.5) == 3.0);
  CHECK_THROWS_AS(percentile_interval(1.0, {}), Error);
  CHECK_THROWS_AS(percentile_interval(1.0, {std::nan("")}), Error);
}

TEST_CASE("bootstrap: the AUC is that of vgan::auc, and so is each resample's", "[metrics]") {
  std::vector<double> positive, negative;
  for (const double value : normal(31, 3)) positive.push_back(std::round(2.0 * value) + 1.0);
  for (const double value : normal(47, 4)) negative.push_back(std::round(2.0 * value));
  const auto plain = [](const std::vector<double>& above, const std::vector<double>& below) {
    std::vector<std::uint8_t> sides(above.size(), 1);
    sides.resize(above.size() + below.size(), 0);
    std::vector<double> scores = above;
    scores.insert(scores.end(), below.begin(), below.end());
    return auc(sides, scores);
  };
  const BootstrapOptions options{60, 0.9, 2};
  const Estimate found = auc_estimate(positive, negative, &options);
  CHECK(found.value == Approx(plain(positive, negative)).margin(1e-12));
  CHECK_FALSE(auc_estimate(positive, negative).low.has_value());
  const Resampling one(31, 2, 0), two(47, 2, 1);
  std::vector<double> figures;
  for (std::int64_t which = 0; which < 60; ++which) {
    figures.push_back(plain(drawn_anew(positive, one, which), drawn_anew(negative, two, which)));
  }
  const Estimate slow = percentile_interval(found.value, figures, 0.9);
  CHECK(*found.low == Approx(*slow.low).margin(1e-12));
  CHECK(*found.high == Approx(*slow.high).margin(1e-12));
  CHECK_THROWS_AS(auc_estimate(positive, {}), Error);
}

TEST_CASE("bootstrap: a mean's interval holds the truth about as often as it says", "[metrics]") {
  int holds = 0;
  constexpr int sets = 200;
  for (std::uint64_t set = 0; set < sets; ++set) {
    const Estimate found = bootstrap_mean(normal(60, 100 + set), {200, 0.95, set + 1});
    holds += *found.low <= 0.0 && 0.0 <= *found.high ? 1 : 0;
  }
  // 95 % of 200 are 190, give or take 3; percentiles of 60 rows miss by one or two more in a 100.
  CHECK(holds >= 178);
  CHECK(holds <= 199);
}
