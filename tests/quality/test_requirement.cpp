// Figures that are required, and what is said where they are not reached.
#include "engine/quality/requirement.hpp"

#include <limits>

#include "engine/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

Assessment measured(const std::string& name, double value) {
  Assessment made;
  Measure measure;
  measure.name = name;
  measure.samples = Estimate{value, {}, {}};
  made.measures = {measure};
  return made;
}

std::string complaint(const std::string& text) {
  try {
    (void)parse_requirements({text});
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_config);
    return error.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("requirement: each sign, several in one text and several texts", "[quality]") {
  const auto all = parse_requirements({"coverage>=0.8, c2st < 0.6", "dcr>0.9", "copies<=0"});
  REQUIRE(all.size() == 4);
  CHECK(all[0].measure == "coverage");
  CHECK_FALSE(all[0].below);
  CHECK(all[0].equal);
  CHECK(all[0].bound == 0.8);
  CHECK(all[1].measure == "c2st");
  CHECK(all[1].below);
  CHECK_FALSE(all[1].equal);
  CHECK(all[2].is_met(0.91));
  CHECK_FALSE(all[2].is_met(0.9));
  CHECK(all[3].is_met(0.0));
  CHECK_FALSE(all[3].is_met(0.001));
  CHECK_FALSE(all[3].is_met(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("requirement: what is none is refused, an unknown measure with the nearest",
          "[quality]") {
  CHECK_THAT(complaint("coverage"), ContainsSubstring("as in --require 'coverage>=0.8'"));
  CHECK_THAT(complaint("coverage=0.8"), ContainsSubstring("'coverage=0.8'"));
  CHECK_THAT(complaint("coverage>=much"), ContainsSubstring("a measure, one of"));
  CHECK_THAT(complaint(">=0.8"), ContainsSubstring("a measure, one of"));
  CHECK_THAT(complaint("coverage>=nan"), ContainsSubstring("a measure, one of"));
  CHECK_THAT(complaint("coverage>=0.8,"), ContainsSubstring("a measure, one of"));
  CHECK_THAT(complaint("covrage>=0.8"), ContainsSubstring("coverage"));
}

TEST_CASE("requirement: the figure and the bound are said where it is not met", "[quality]") {
  const auto wanted = parse_requirements({"coverage>=0.8"});
  CHECK(unmet(wanted, measured("coverage", 0.8)).empty());
  CHECK(unmet(wanted, measured("coverage", 0.62)) ==
        std::vector<std::string>{"coverage is 0.62, and >=0.8 was required"});
  CHECK_THROWS_AS(unmet(wanted, measured("recall", 0.9)), Error);
}
