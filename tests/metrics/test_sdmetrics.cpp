// SDMetrics' own figures of the golden tables, and where they are known.
#include "engine/metrics/sdmetrics.hpp"

#include <cmath>
#include <limits>

#include "engine/base/error.hpp"
#include "tests/metrics/golden_quality.hpp"
#include "tests/metrics/golden_tables.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

// Both sides count rows, or sum in double.
constexpr double rounding = 1e-9;

MeasuredColumn numbers(const std::vector<double>& values) { return {"x", false, values}; }
MeasuredColumn words(const std::vector<double>& values) { return {"w", true, values}; }

using Single = std::optional<double>(const MeasuredColumn&, const MeasuredColumn&);
using Paired = std::optional<double>(const MeasuredColumn&, const MeasuredColumn&,
                                     const MeasuredColumn&, const MeasuredColumn&);

// The mean of the figures, each of which is checked.
double check_columns(const GoldenTables& tables, const nlohmann::json& wanted, Single* figure) {
  double sum = 0.0;
  for (const auto& [name, value] : wanted.items()) {
    INFO(name);
    const std::size_t at = place_of(tables.test, name);
    const auto found = figure(tables.test.columns[at], tables.drawn.columns[at]);
    REQUIRE(found.has_value());
    CHECK(std::fabs(*found - value.get<double>()) <= rounding);
    sum += *found;
  }
  return sum / static_cast<double>(wanted.size());
}

double check_pairs(const GoldenTables& tables, const nlohmann::json& wanted, Paired* figure) {
  double sum = 0.0;
  for (const auto& [names, value] : wanted.items()) {
    INFO(names);
    const std::size_t comma = names.find(',');
    const std::size_t one = place_of(tables.test, names.substr(0, comma));
    const std::size_t two = place_of(tables.test, names.substr(comma + 1));
    const auto found = figure(tables.test.columns[one], tables.test.columns[two],
                              tables.drawn.columns[one], tables.drawn.columns[two]);
    REQUIRE(found.has_value());
    CHECK(std::fabs(*found - value.get<double>()) <= rounding);
    sum += *found;
  }
  return sum / static_cast<double>(wanted.size());
}

}  // namespace

TEST_CASE("SDMetrics: the package's figures of columns and pairs", "[metrics]") {
  const GoldenTables tables;
  const nlohmann::json golden = golden_quality();
  const nlohmann::json& wanted = golden.at("tables");
  const SdMetricsFigures found = sdmetrics_figures(tables.test, tables.drawn);
  CHECK(std::fabs(*found.ks_complement -
                  check_columns(tables, wanted.at("ks_complement"), ks_complement)) <= rounding);
  CHECK(std::fabs(*found.tv_complement -
                  check_columns(tables, wanted.at("tv_complement"), tv_complement)) <= rounding);
  CHECK(std::fabs(*found.correlation - check_pairs(tables, wanted.at("correlation"),
                                                   correlation_similarity)) <= rounding);
  CHECK(std::fabs(*found.contingency - check_pairs(tables, wanted.at("contingency"),
                                                   contingency_similarity)) <= rounding);
}

TEST_CASE("SDMetrics: by hand, with missing cells", "[metrics]") {
  CHECK(*ks_complement(numbers({nothing, 1, 2}), numbers({1, 2, nothing, nothing})) == 1.0);
  CHECK(*ks_complement(numbers({1, 2}), numbers({3})) == 0.0);
  CHECK_FALSE(ks_complement(numbers({nothing}), numbers({1})).has_value());
  CHECK(*tv_complement(words({0, 0, 1, nothing}), words({0, 1, 2})) == Approx(2.0 / 3.0));
  CHECK_FALSE(tv_complement(words({nothing}), words({1})).has_value());
  // Correlations 1 and -1; a column that does not vary has none.
  const MeasuredColumn up = numbers({1, 2, 3, nothing}), down = numbers({3, 2, 1, 7});
  CHECK(*correlation_similarity(up, up, up, down) == Approx(0.0).margin(1e-12));
  CHECK(*correlation_similarity(up, down, down, up) == Approx(1.0));
  CHECK_FALSE(correlation_similarity(up, numbers({2, 2, 2, 5}), up, up).has_value());
  CHECK_FALSE(correlation_similarity(numbers({1, nothing}), numbers({nothing, 1}), numbers({1, 2}),
                                     numbers({1, 2}))
                  .has_value());
  // Pairs (0, 0), (0, -), (1, 1) against (0, 0), (0, 0), (2, 1): 1/3, 1/3, 1/3, 1/3 apart.
  CHECK(*contingency_similarity(words({0, 0, 1}), words({0, nothing, 1}), words({0, 0, 2}),
                                words({0, 0, 1})) == Approx(1.0 / 3.0));
  CHECK_THROWS_AS(ks_complement(words({1}), words({1})), Error);
  CHECK_THROWS_AS(tv_complement(words({1}), numbers({1})), Error);
}

TEST_CASE("SDMetrics: a table of one kind of columns has only that kind's figures", "[metrics]") {
  const MeasuredRows rows{3, {numbers({1, 2, 3}), numbers({1, 4, 3})}};
  const SdMetricsFigures found = sdmetrics_figures(rows, rows);
  CHECK(*found.ks_complement == 1.0);
  CHECK(*found.correlation == 1.0);
  CHECK_FALSE(found.tv_complement.has_value());
  CHECK_FALSE(found.contingency.has_value());
  const MeasuredRows missing{2, {numbers({nothing, nothing}), numbers({nothing, nothing})}};
  CHECK_FALSE(sdmetrics_figures(missing, missing).ks_complement.has_value());
  CHECK_FALSE(sdmetrics_figures(missing, missing).correlation.has_value());
  CHECK_THROWS_AS(sdmetrics_figures(rows, {1, {words({1}), words({1})}}), Error);
}
