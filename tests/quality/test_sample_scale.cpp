// How far samples spread and move, beside held-out trials.
#include "engine/quality/sample_scale.hpp"

#include <cmath>

#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

// Two numbers a trial that vary, with variances 1 and 4, about a mean of 1e6, and one that does
// not.
Trials rows() {
  Trials trials;
  trials.count = 4;
  trials.shape = {1, 3, 1};
  trials.shape.kind = TrialKind::row;
  trials.low = 0.0;
  trials.high = 2e6;
  std::vector<double> values;
  for (const double sign : {-1.0, 1.0, -1.0, 1.0}) {
    values.insert(values.end(), {1e6 + sign, 1e6 - 2.0 * sign, 7.0});
  }
  trials.values = std::move(values);
  return trials;
}

}  // namespace

TEST_CASE("spread is the mean share of the variance that samples have", "[engine][quality]") {
  const SampleScale scale(rows());
  CHECK(scale.spread({0, 5, 7, 2, 9, 1}) == Approx(1.0));    // variances 1 and 4
  CHECK(scale.spread({0, 5, 7, 1, 5, 7}) == Approx(0.125));  // 1/4 and 0
  CHECK(scale.spread({0, 5, 7, 200, 5, 7}) == Approx(0.5));  // no more than 1 of each
  CHECK(scale.spread({3, 3, 3, 3, 3, 3}) == 0.0);
}

TEST_CASE("distance is in deviations of held-out trials", "[engine][quality]") {
  const SampleScale scale(rows());
  CHECK(scale.distance({0, 0, 0}, {0, 0, 9}) == 0.0);
  CHECK(scale.distance({0, 0, 0}, {1, 2, 9}) == Approx(1.0));
  CHECK(scale.distance({0, 0, 0}, {2, 0, 0}) == Approx(std::sqrt(2.0)));
}
