// Dates and times of day, read, written and recognised.
#include "engine/data/date_format.hpp"

#include <cmath>

#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/random_words.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Texts = std::vector<std::string>;

std::string guessed(const Texts& texts) {
  const DateGuess guess = guess_date_format(texts);
  return guess.format ? guess.format->pattern() : "";
}

std::optional<double> number(const std::string& pattern, const std::string& text) {
  return DateFormat::of(pattern)->read(text);
}

}  // namespace

TEST_CASE("dates count days, and times seconds", "[dates]") {
  CHECK(number("YYYY-MM-DD", "1970-01-01") == 0.0);
  CHECK(number("YYYY-MM-DD", "2000-03-01") == 11017.0);
  CHECK(number("DD.MM.YYYY", "31.12.1969") == -1.0);
  CHECK(number("M/D/YYYY", "3/1/2000") == 11017.0);
  CHECK(number("YYYY-MM-DDTHH:MM:SSZ", "1970-01-02T00:00:01Z") == 86401.0);
  CHECK(number("HH:MM", "01:30") == 5400.0);
  CHECK(number("H:MM:SS.SS", "0:00:01.25") == 1.25);
  CHECK(number("YYYYMMDD", "19700102") == 1.0);
}

TEST_CASE("what is no date of a format is none", "[dates]") {
  for (const char* text : {"2021-02-29", "1900-02-29", "2021-04-31", "2021-13-01", "2021-00-10",
                           "2021-1-01", "0000-01-01", "2021-01-01 ", "21-01-01", "", "x"}) {
    INFO(text);
    CHECK_FALSE(number("YYYY-MM-DD", text));
  }
  CHECK(number("YYYY-MM-DD", "2020-02-29"));
  CHECK_FALSE(number("HH:MM", "24:00"));
  CHECK_FALSE(number("HH:MM", "12:60"));
  CHECK_FALSE(number("HH:MM:SS", "12:00:60"));
  CHECK_FALSE(number("D.M.YYYY", "01.2.2020"));
}

TEST_CASE("patterns that are none are refused", "[dates]") {
  for (const char* pattern :
       {"", "YYYY", "YYYY-MM", "MM", "HH", "SS", "YY-MM-DD", "DMYYYY", "YYYY-MM-DD YYYY",
        "HH:MM:SS.SSSSSSS", "HH:MM.SS.S.S", "day", "YYYY-MM-DD HH", "HH:MMSSS", "YYYY-MMM-DD"}) {
    INFO(pattern);
    CHECK_FALSE(DateFormat::of(pattern));
  }
}

TEST_CASE("a format is recognised where all texts have it and no other", "[dates]") {
  CHECK(guessed({"2020-01-31", "2021-12-01"}) == "YYYY-MM-DD");
  CHECK(guessed({"31.01.2020"}) == "DD.MM.YYYY");
  CHECK(guessed({"1.2.2020", "11.12.2020"}) == "D.M.YYYY");
  CHECK(guessed({"01/31/2020"}) == "MM/DD/YYYY");
  CHECK(guessed({"31/01/2020"}) == "DD/MM/YYYY");
  CHECK(guessed({"1/31/2020 9:05", "12/1/2020 10:15"}) == "M/D/YYYY H:MM");
  CHECK(guessed({"2020-01-31T09:05:30.125Z"}) == "YYYY-MM-DDTHH:MM:SS.SSSZ");
  CHECK(guessed({"2020-01-31 09:05:30+02:00"}) == "YYYY-MM-DD HH:MM:SS+02:00");
  CHECK(guessed({"09:05", "23:59"}) == "HH:MM");
  CHECK(guessed({"9:05", "23:59"}) == "H:MM");

  CHECK(guessed({"01/02/2020", "03/04/2020"}).empty());
  CHECK(guess_date_format(Texts{"01/02/2020"}).alternatives == Texts{"DD/MM/YYYY", "MM/DD/YYYY"});
  CHECK(guessed({"01/02/2020", "13/02/2020"}) == "DD/MM/YYYY");
  CHECK(guessed({"2020-01-31", "31.01.2020"}).empty());
  CHECK(guessed({"2020-01-31", "2020-02-31"}).empty());
  CHECK(guessed({"01.2.2020", "1.2.2020"}).empty());
  CHECK(guessed({"25:10"}).empty());
  CHECK(guessed({"10-20"}).empty());
  CHECK(guessed({}).empty());
  CHECK(guessed({""}).empty());
}

TEST_CASE("dates of every format come back as they stood", "[dates]") {
  Dice dice(3);
  for (const char* pattern :
       {"YYYY-MM-DD", "DD.MM.YYYY", "D.M.YYYY", "MM/DD/YYYY", "M/D/YYYY", "YYYYMMDD", "HH:MM",
        "H:MM:SS", "HH:MM:SS.SSS", "YYYY-MM-DD HH:MM", "DD.MM.YYYY HH:MM:SS",
        "YYYY-MM-DDTHH:MM:SS.SSSSSSZ", "YYYY-MM-DDTHH:MM+02:00"}) {
    const DateFormat format = *DateFormat::of(pattern);
    const double unit = std::pow(10.0, format.decimals());
    for (int round = 0; round < 2000; ++round) {
      // Numbers of the years 1901 to 2038, or of a day, with all decimals of the format.
      const double span = std::string(pattern).find('Y') == std::string::npos ? 86400.0
                          : format.has_time()                                 ? 4294967296.0
                                                                              : 49710.0;
      const double offset = span == 86400.0 ? 0.0 : span / 2.0;
      const auto steps = static_cast<double>(dice.word() >> 11) / 9007199254740992.0;
      double at = (std::floor(steps * span * unit) - offset * unit) / unit;
      if (std::string(pattern).find("SS") == std::string::npos && format.has_time()) {
        at = std::floor(at / 60.0) * 60.0;
      }
      const std::string text = format.write(at);
      INFO(pattern << ": " << text);
      REQUIRE(format.read(text) == at);
    }
  }
}

TEST_CASE("numbers beyond dates are held to them", "[dates]") {
  const DateFormat day = *DateFormat::of("YYYY-MM-DD");
  CHECK(day.write(-1e300) == "0001-01-01");
  CHECK(day.write(1e300) == "9999-12-31");
  CHECK(day.write(59.4) == "1970-03-01");
  const DateFormat time = *DateFormat::of("HH:MM");
  CHECK(time.write(-5.0) == "00:00");
  CHECK(time.write(1e9) == "23:59");
}

TEST_CASE("a date comes back as it was to its last digit, or is none", "[meaning]") {
  const auto format = DateFormat::of("YYYY-MM-DD HH:MM:SS.SSSSSS");
  REQUIRE(format);
  for (const char* text : {"2109-05-21 06:48:57.112991", "1698-01-01 00:00:00.000001",
                           "2241-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999"}) {
    INFO(text);
    const auto number = format->read(text);
    REQUIRE(number);
    CHECK(format->write(*number) == text);
  }
  Dice dice(4);
  int read = 0;
  for (int round = 0; round < 20000; ++round) {
    const std::string text = random_date(dice, format->pattern(), 1, 9999);
    const auto number = format->read(text);
    read += number ? 1 : 0;
    if (number && format->write(*number) != text) FAIL(text);
  }
  CHECK(read > 1000);
  CHECK(read < 19000);
}
