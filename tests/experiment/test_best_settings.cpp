// What a search proposes first, beside the best of all settings that its conditions allow, by the
// formula that made the table.
#include <algorithm>
#include <array>
#include <cmath>

#include "tests/experiment/wind_model.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/wind_forces.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr std::array<double, 4> chords = {0.1, 0.15, 0.2, 0.3};
constexpr std::array<double, 5> speeds = {10.0, 15.0, 20.0, 30.0, 40.0};

struct Wing {
  std::string profile;
  double chord, speed, angle;

  double lift() const { return true_lift(profile, chord, speed, angle); }
};

struct Question {
  const char* where;
  bool (*allows)(const Wing&);
};

double greatest_where(const Question& question) {
  double greatest = 0.0;
  for (const char* profile : {"flat", "thin", "thick"}) {
    for (const double chord : chords) {
      for (const double speed : speeds) {
        for (int angle = 0; angle <= 18; angle += 2) {
          const Wing wing{profile, chord, speed, static_cast<double>(angle)};
          if (question.allows(wing)) greatest = std::max(greatest, wing.lift());
        }
      }
    }
  }
  return greatest;
}

Wing wing_of(const SearchResult& result, std::size_t row) {
  Wing made{};
  for (const SearchResult::Setting& one : result.settings) {
    if (one.name == "profile") made.profile = one.texts[row];
    if (one.name == "chord [m]") made.chord = one.numbers[row];
    if (one.name == "speed [m/s]") made.speed = one.numbers[row];
    if (one.name == "angle [deg]") made.angle = one.numbers[row];
  }
  return made;
}

template <std::size_t N>
bool is_one_of(double number, const std::array<double, N>& values) {
  return std::find(values.begin(), values.end(), number) != values.end();
}

}  // namespace

TEST_CASE("the first of the proposals is within 2 % of the best that conditions allow",
          "[generate][masked]") {
  const Question questions[] = {
      {"", [](const Wing&) { return true; }},
      {"profile=thin", [](const Wing& w) { return w.profile == "thin"; }},
      {"profile=flat,speed<40",
       [](const Wing& w) { return w.profile == "flat" && w.speed < 40.0; }},
      {"angle<=10,chord<0.3", [](const Wing& w) { return w.angle <= 10.0 && w.chord < 0.3; }},
      {"chord=0.15,speed>12,speed<=30",
       [](const Wing& w) { return w.chord == 0.15 && w.speed > 12.0 && w.speed <= 30.0; }}};
  for (const Question& question : questions) {
    INFO("where " << question.where);
    SearchRequest request = wind_model().proposals({"lift"});
    request.where = question.where;
    request.budget = request.count = 1000;
    const SearchResult result = search(request);
    CHECK(result.evaluations <= 1000);
    REQUIRE(result.rows > 20);
    for (std::size_t row = 0; row < static_cast<std::size_t>(result.rows); ++row) {
      const Wing wing = wing_of(result, row);
      CHECK(question.allows(wing));
      CHECK(is_one_of(wing.chord, chords));
      CHECK(is_one_of(wing.speed, speeds));
      CHECK((wing.angle >= 0.0 && wing.angle <= 18.0 && std::fmod(wing.angle, 2.0) == 0.0));
    }
    CHECK(wing_of(result, 0).lift() >= 0.98 * greatest_where(question));
  }
}

// The greatest lift is one of 600, beyond what the mean of a whole quantile's runs could say.
TEST_CASE("what is predicted of the best settings is near their lift", "[generate][masked]") {
  const SearchResult result = search(wind_model().proposals({"lift"}));
  CHECK(result.goals[0].values[0] > 0.85 * greatest_lift());
  CHECK(result.goals[0].low[0] <= greatest_lift());
  CHECK(result.goals[0].high[0] >= greatest_lift());
}
