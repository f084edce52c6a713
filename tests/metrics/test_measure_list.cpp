// The table of measures: names that flags can have, each once, in bounds that make sense.
#include "engine/metrics/measure_list.hpp"

#include <algorithm>
#include <cstring>
#include <set>

#include "engine/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

TEST_CASE("measures: names and lines of help", "[metrics]") {
  std::set<std::string> names;
  for (const MeasureInfo& info : measure_list()) {
    INFO(info.name);
    const std::string name = info.name, help = info.help;
    CHECK(names.insert(name).second);
    CHECK(std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }));
    CHECK(info.least < info.most);
    CHECK(!std::string(info.title).empty());
    CHECK(!help.empty());
    CHECK(help.back() != '.');
    CHECK(name.size() + help.size() <= 110);
    if (info.goal == MeasureGoal::half) {
      CHECK(info.least == 0.0);
      CHECK(info.most == 1.0);
    }
  }
  for (const char* name : {"frechet", "precision", "coverage", "c2st", "copies", "membership"}) {
    CHECK(find_measure(name) != nullptr);
  }
  CHECK(find_measure("fid") == nullptr);
}

TEST_CASE("measures: an empty one by its name, and a name that nobody has", "[metrics]") {
  const Measure made = listed_measure("membership");
  CHECK(made.name == "membership");
  CHECK(made.title == "membership attack");
  CHECK(made.group == MeasureGroup::privacy);
  CHECK(made.goal == MeasureGoal::half);
  CHECK_FALSE(made.samples.has_value());
  CHECK_THROWS_AS(listed_measure("fid"), Error);
  CHECK(measure_called("require", "recall").most == 1.0);
  try {
    measure_called("require", "fid");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_config);
    const std::string text = error.what();
    CHECK(text.find("fid") != std::string::npos);
    CHECK(text.find("coverage") != std::string::npos);
    CHECK(text.find("require") != std::string::npos);
  }
}
