// When a run has got as far as was asked for.
#include "engine/quality/stop_decision.hpp"

#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("a run ends at a plateau of so many evaluations", "[engine][quality]") {
  StopDecision decision(parse_stop_rule("plateau:3"), "frechet");
  const auto ends = [&](std::uint64_t epoch, double value) {
    return decision.add(epoch, {{"frechet", value}, {"recall", 0.5}});
  };
  CHECK_FALSE(ends(1, 20.0));
  CHECK_FALSE(ends(2, 10.0));
  CHECK_FALSE(ends(3, 9.9));  // no better by the margin
  CHECK_FALSE(ends(4, 9.85));
  CHECK_FALSE(ends(5, 9.0));  // this one is, and counting begins again
  CHECK_FALSE(ends(6, 12.0));
  CHECK_FALSE(ends(7, 9.5));
  const auto why = ends(8, 9.4);
  REQUIRE(why);
  CHECK_THAT(*why, ContainsSubstring("plateau") && ContainsSubstring("frechet 9.4") &&
                       ContainsSubstring("9 of epoch 5"));
}

TEST_CASE("a run ends where a measure is met", "[engine][quality]") {
  StopDecision below(parse_stop_rule("frechet<5"), "frechet");
  CHECK_FALSE(below.add(1, {{"frechet", 5.0}}));
  CHECK_THAT(below.add(2, {{"frechet", 4.5}}).value(), ContainsSubstring("frechet 4.5 is below 5"));
  StopDecision above(parse_stop_rule("recall>0.7"), "frechet");
  CHECK_FALSE(above.add(1, {{"frechet", 1.0}, {"recall", 0.7}}));
  CHECK(above.add(2, {{"frechet", 9.0}, {"recall", 0.75}}));
}

TEST_CASE("a measure that a run has not is refused with those that it has", "[engine][quality]") {
  StopDecision decision(parse_stop_rule("shape>0.9"), "frechet");
  const Outcome outcome = outcome_of([&] { (void)decision.add(1, {{"frechet", 1.0}}); });
  CHECK(outcome.code == 78);
  CHECK_THAT(outcome.message, ContainsSubstring("'shape'") && ContainsSubstring("frechet"));
}
