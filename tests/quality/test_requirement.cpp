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
  CHECK_THAT(complaint("coverage=>.8"), ContainsSubstring("write >= for =>"));
  CHECK_THAT(complaint("c2st=<.6"), ContainsSubstring("write <= for =<"));
}

TEST_CASE("requirement: measures that such trials have not are refused beforehand", "[quality]") {
  MeasurableTrials numbers;
  numbers.numbers = 2;
  MeasurableTrials images;
  images.kind = TrialKind::image;
  images.labelled = true;
  const auto allowed = [](const char* measure, const MeasurableTrials& trials) {
    try {
      require_measurable(parse_requirements({std::string(measure) + ">=0"}), trials);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_config);
      return false;
    }
    return true;
  };
  CHECK(allowed("coverage", numbers));
  CHECK(allowed("correlation", numbers));
  CHECK(allowed("dcr", numbers));
  CHECK_FALSE(allowed("contingency", numbers));
  CHECK_FALSE(allowed("spectrum", numbers));
  CHECK_FALSE(allowed("kernel-distance", numbers));
  CHECK_FALSE(allowed("c2st", images));
  CHECK(allowed("kernel-distance", images));
  CHECK(allowed("modes", images));
  numbers.without_copying = "nothing was held out";
  CHECK_FALSE(allowed("dcr", numbers));
}

TEST_CASE("requirement: the figure and the bound are said where it is not met", "[quality]") {
  const auto wanted = parse_requirements({"coverage>=0.8"});
  CHECK(unmet(wanted, measured("coverage", 0.8)).empty());
  CHECK(unmet(wanted, measured("coverage", 0.62)) ==
        std::vector<std::string>{"coverage is 0.62, and >=0.8 was required"});
  CHECK_THROWS_AS(unmet(wanted, measured("recall", 0.9)), Error);
}
