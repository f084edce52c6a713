// Copies of trials, number for number.
#include "engine/quality/known_trials.hpp"

#include "engine/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

Trials curves(std::vector<float> values) {
  Trials made;
  made.shape = {1, 3, 1, TrialKind::curve};
  made.count = static_cast<std::int64_t>(values.size() / 3);
  made.by_values = true;
  made.values = std::move(values);
  return made;
}

}  // namespace

TEST_CASE("known trials: a copy is alike in every number", "[quality]") {
  const Trials known = curves({1, 2, 3, 0, 5, 6});
  const KnownTrials seen{TrialRows(known)};
  const auto share = [&](std::vector<float> values) {
    const Trials some = curves(std::move(values));
    return seen.share_of_copies(TrialRows(some));
  };
  CHECK(share({1, 2, 3}) == 1.0);
  CHECK(share({-0.0F, 5, 6}) == 1.0);
  CHECK(share({1, 2, 3, 1, 3, 2, 3, 2, 1, 0, 5, 6.000001F}) == 0.25);
  Trials wide = curves({1, 2, 3, 4, 5, 6});
  wide.shape.width = 6;
  wide.count = 1;
  CHECK_THROWS_AS(seen.share_of_copies(TrialRows(wide)), Error);
}

TEST_CASE("known trials: the share of those that came more than once", "[quality]") {
  const auto twins = [](std::vector<float> values) {
    const Trials some = curves(std::move(values));
    return KnownTrials{TrialRows(some)}.share_of_twins();
  };
  CHECK(twins({1, 2, 3, 0, 5, 6}) == 0.0);
  CHECK(twins({1, 2, 3, 0, 5, 6, 1, 2, 3, 1, 2, 3}) == 0.75);
}
