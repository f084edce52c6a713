// Means, quantiles and shares of drawn rows, beside ones that are worked out by hand.
#include "engine/generate/row_summary.hpp"

#include <cmath>

#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

// A number, a grid, words, and a column that is not drawn.
Schema three_columns() {
  Schema schema;
  schema.columns.resize(4);
  schema.columns[0].name = "x";
  schema.columns[1].name = "dose";
  schema.columns[1].kind = ColumnKind::grid;
  schema.columns[1].values = {1, 2, 4};
  schema.columns[2].name = "kind";
  schema.columns[2].kind = ColumnKind::categorical;
  schema.columns[2].numeric = false;
  schema.columns[2].words = {"red", "blue", "green"};
  schema.columns[3].name = "id";
  schema.columns[3].kind = ColumnKind::id;
  return schema;
}

TableCell number(double value) { return {.number = value}; }
TableCell word(std::size_t value) { return {.word = value}; }
const TableCell nothing{.missing = true};

}  // namespace

TEST_CASE("a summary has the mean, the deviation and the quantiles of what is there",
          "[engine][generate]") {
  const Schema schema = three_columns();
  RowSummary summary(schema);
  const double doses[] = {4, 1, 1, 2};
  for (int i = 0; i < 4; ++i) {
    summary.add({number(7.0 - 2.0 * i), number(doses[i]), word(i == 2 ? 2 : 0), nothing});
  }
  summary.add({nothing, nothing, nothing, nothing});
  const NumberSummary x = summary.numbers(0);  // 1, 3, 5, 7
  CHECK(x.mean == 4.0);
  CHECK_THAT(x.deviation, Catch::Matchers::WithinAbs(std::sqrt(20.0 / 3.0), 1e-12));
  const double expected[] = {1.3, 2.5, 4.0, 5.5, 6.7};  // numpy.quantile
  for (std::size_t i = 0; i < 5; ++i)
    CHECK_THAT(x.quantiles[i], Catch::Matchers::WithinAbs(expected[i], 1e-12));
  // Of a grid, one of its values: 1, 1, 2, 4.
  const NumberSummary dose = summary.numbers(1);
  CHECK(dose.mean == 2.0);
  CHECK(dose.quantiles == std::array<double, 5>{1, 1, 1, 2, 4});
  CHECK(summary.word_shares(2) == std::vector<double>{0.75, 0.0, 0.25});
  CHECK(summary.missing_share(0) == 0.2);
  CHECK(summary.missing_share(2) == 0.2);
}

TEST_CASE("a summary of one row, and of none with a value", "[engine][generate]") {
  const Schema schema = three_columns();
  RowSummary summary(schema);
  summary.add({number(2.5), nothing, nothing, nothing});
  CHECK(summary.numbers(0).mean == 2.5);
  CHECK(std::isnan(summary.numbers(0).deviation));
  for (const double quantile : summary.numbers(0).quantiles) CHECK(quantile == 2.5);
  CHECK(std::isnan(summary.numbers(1).mean));
  for (const double quantile : summary.numbers(1).quantiles) CHECK(std::isnan(quantile));
  CHECK(summary.word_shares(2).empty());
  CHECK(summary.missing_share(1) == 1.0);
  // What was taken before is forgotten.
  summary.clear();
  summary.add({number(-1.0), number(4.0), word(1), nothing});
  CHECK(summary.numbers(0).mean == -1.0);
  CHECK(summary.word_shares(2) == std::vector<double>{0.0, 1.0, 0.0});
  CHECK(summary.missing_share(0) == 0.0);
}
