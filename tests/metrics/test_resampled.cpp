// Trials whose numbers are drawn each for itself.
#include "engine/metrics/resampled.hpp"

#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("resampled columns: each keeps its values, and a seed its draw", "[metrics]") {
  const Trials bars = bar_images(600);
  const Trials drawn = resampled_columns(bars, 3000, 1);
  REQUIRE_NOTHROW(drawn.require_consistent());
  CHECK(drawn.values == resampled_columns(bars, 3000, 1).values);
  CHECK(drawn.values != resampled_columns(bars, 3000, 2).values);
  const auto& from = std::get<std::vector<std::uint8_t>>(bars.values);
  const auto& to = std::get<std::vector<std::uint8_t>>(drawn.values);
  for (std::size_t column = 0; column < 36; ++column) {
    std::set<std::uint8_t> values;
    for (std::size_t n = 0; n < 600; ++n) values.insert(from[n * 36 + column]);
    std::size_t bright = 0;
    for (std::size_t n = 0; n < 3000; ++n) {
      REQUIRE(values.count(to[n * 36 + column]) == 1);
      bright += to[n * 36 + column] > 10 ? 1 : 0;
    }
    // A sixth of 3,000: deviation 20, five of them.
    CHECK((bright >= 400 && bright <= 600));
  }
}
