// Numbers rounded to decimals, against their digits.
#include "engine/data/number_style.hpp"

#include <cmath>

#include "engine/base/number_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("a number of so many decimals is rounded to itself", "[schema]") {
  CHECK(rounded_to(-297.4960915837099, 13) == -297.4960915837099);
  Dice dice(5);
  for (int round = 0; round < 100000; ++round) {
    const std::size_t decimals = dice.roll(16), whole = 1 + dice.roll(17 - decimals);
    std::string text = dice.roll(2) == 0 ? "-" : "";
    for (std::size_t i = 0; i < whole + decimals; ++i) {
      if (i == whole) text += '.';
      text += static_cast<char>('0' + dice.roll(10));
    }
    const double number = *read_number<double>(text);
    if (rounded_to(number, static_cast<int>(decimals)) != number) FAIL(text);
  }
}

TEST_CASE("a number between two of so many decimals goes to the nearer", "[schema]") {
  CHECK(rounded_to(1.26, 1) == 1.3);
  CHECK(rounded_to(-1.24, 1) == -1.2);
  CHECK(rounded_to(2.5e-7, 3) == 0.0);
  CHECK(rounded_to(1e300, 15) == 1e300);
  CHECK(std::isnan(rounded_to(std::nan(""), 2)));
  Dice dice(6);
  for (int round = 0; round < 20000; ++round) {
    const double number = std::ldexp(static_cast<double>(dice.word() >> 11), -53) * 1000.0;
    const int decimals = static_cast<int>(dice.roll(16));
    const double rounded = rounded_to(number, decimals);
    const double half = 0.5 * std::pow(10.0, -decimals);
    // The double itself is off by half a unit in its last place.
    REQUIRE(std::fabs(rounded - number) <= half + 1.2e-13);
    REQUIRE(rounded_to(rounded, decimals) == rounded);
  }
}
