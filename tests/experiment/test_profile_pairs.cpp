// A profile over two settings, beside a table whose rule is known.
#include <cmath>
#include <cstdio>

#include "engine/experiment/profile.hpp"
#include "tests/experiment/experiment_model.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/masked_run.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// y = 2 heat + 3 a, a measured from 0 to 1, with a deviation of 0.2; a word that says nothing.
const ExperimentModel& plane_model() {
  static const ExperimentModel model = [] {
    Dice dice(3);
    std::string text = "heat [K],a,kind,y [N]\n";
    char line[96];
    for (int i = 0; i < 500; ++i) {
      const auto heat = static_cast<double>(1 + dice.roll(4));
      const double a = 0.001 * static_cast<double>(dice.roll(1001));
      std::snprintf(line, sizeof(line), "%.0f,%.3f,%s,%.3f\n", heat, a,
                    dice.roll(2) == 0 ? "up" : "down",
                    2.0 * heat + 3.0 * a + 0.2 * normal_roll(dice));
      text += line;
    }
    return ExperimentModel(text, experiment_config(500));
  }();
  return model;
}

ProfileRequest request_over(const std::string& over) {
  ProfileRequest made;
  made.model = plane_model().checkpoint;
  made.of = "y";
  made.over = over;
  made.out = {(plane_model().folder.path() / "out/p.csv").string()};
  made.device = "cpu";
  made.threads = 2;
  return made;
}

double worst(const ProfileResult& result) {
  double worst = 0.0;
  const std::size_t each = result.second_places.size();
  for (std::size_t i = 0; i < result.numbers.mean.size(); ++i) {
    const double truth = 2.0 * result.places[i / each] + 3.0 * result.second_places[i % each];
    worst = std::max(worst, std::fabs(result.numbers.mean[i] - truth));
  }
  return worst;
}

}  // namespace

TEST_CASE("a profile over two settings has each place of one with each of the other", "[profile]") {
  const ProfileResult result = profile(request_over("heat,a"));
  CHECK(result.over == "heat [K]");
  CHECK(result.second == "a");
  CHECK(result.places == std::vector<double>{1.0, 2.0, 3.0, 4.0});
  REQUIRE(result.second_places.size() == 24);
  REQUIRE(result.numbers.mean.size() == 4 * 24);
  CHECK(result.support.size() == 4 * 24);
  CHECK(worst(result) < 0.9);
  const auto lines = plane_model().lines();
  REQUIRE(lines.size() == 4 * 24 + 1);
  CHECK(lines[0] ==
        "heat [K],a,y [N]_mean,y [N]_median,y [N]_low,y [N]_high,y [N]_q25,y [N]_q75,support");
  CHECK(lines[1].starts_with("1,0"));
  CHECK(lines[25].starts_with("2,0"));
  CHECK(result.picture.width == 860);

  // What is not varied is averaged over, or held to what is given.
  ProfileRequest average = request_over("heat, a");
  average.others = OtherSettings::average;
  CHECK(worst(profile(average)) < 0.9);
  ProfileRequest part = request_over("a,heat");
  part.where = "heat>2,kind=up";
  const ProfileResult some = profile(part);
  CHECK(some.second_places == std::vector<double>{3.0, 4.0});
}

TEST_CASE("a profile over two settings is that of one at the other's value", "[profile]") {
  const ProfileResult pair = profile(request_over("heat,kind"));
  ProfileRequest one = request_over("heat");
  one.where = "kind=up";
  const ProfileResult up = profile(one);
  const std::size_t at =
      pair.second_places.size() == 2 && plane_model().schema.columns[2].words[0] == "up" ? 0 : 1;
  for (std::size_t i = 0; i < up.places.size(); ++i) {
    CHECK(pair.numbers.mean[2 * i + at] == up.numbers.mean[i]);
    CHECK(pair.support[2 * i + at] == up.support[i]);
  }
}

TEST_CASE("real rows of a profile over two settings have both", "[profile]") {
  ProfileRequest request = request_over("heat,a");
  request.real =
      write_file(plane_model().folder.path() / "real.csv", "heat,a,y\n1,0.5,3.5\n2,,4\n4,0.2,8.1\n")
          .string();
  const ProfileResult result = profile(request);
  CHECK(result.real.of == std::vector<double>{3.5, 8.1});
  CHECK(result.real.over == std::vector<double>{1.0, 4.0});
  CHECK(result.real.second == std::vector<double>{0.5, 0.2});
}

TEST_CASE("a profile over two settings refuses in one line what it cannot be of", "[profile]") {
  const auto refuse = [](const std::string& of, const std::string& over, const std::string& where,
                         const std::vector<std::string>& parts) {
    ProfileRequest request = request_over(over);
    request.of = of;
    request.where = where;
    INFO(over);
    check_error(error_of([&] { (void)profile(request); }), 78, parts);
  };
  refuse("y", "heat,heat", "", {"over", "'heat [K]' twice"});
  refuse("y", "heat,y", "", {"over", "which --of asks for"});
  refuse("y", "heat,a,kind", "", {"over", "3 columns", "one, or two"});
  refuse("y", "heat,", "", {"over", "no column"});
  refuse("kind", "heat,a", "", {"bad setting: of", "of words"});
  refuse("y", "heat,a", "a=0.5", {"a value of 'a', which --over varies"});
}
