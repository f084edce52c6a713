// Numbers of cells against std::from_chars: the same double, whatever way was taken.
#include "engine/data/readers/number_cell.hpp"

#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

NumberCell cell_of(const std::string& text, char decimal = '.') {
  NumberCell cell;
  INFO(text);
  REQUIRE(read_number_cell(text, decimal, cell) == CellReading::number);
  return cell;
}

CellReading reading_of(const std::string& text, char decimal = '.') {
  NumberCell cell;
  return read_number_cell(text, decimal, cell);
}

std::string random_number(Dice& dice) {
  std::string text = dice.roll(3) == 0 ? "-" : "";
  const std::size_t digits = 1 + dice.roll(dice.roll(4) == 0 ? 25 : 8);
  const std::size_t point = dice.roll(digits + 4);
  for (std::size_t i = 0; i < digits; ++i) {
    if (i == point) text += '.';
    text += static_cast<char>('0' + dice.roll(10));
  }
  if (dice.roll(3) == 0) {
    text += (dice.roll(2) == 0 ? "e" : "E") + std::string(dice.roll(2) == 0 ? "-" : "+");
    text += std::to_string(dice.roll(dice.roll(4) == 0 ? 330 : 25));
  }
  return text;
}

}  // namespace

TEST_CASE("the number of a cell is the double that from_chars gives", "[readers]") {
  Dice dice(7);
  for (int round = 0; round < 200000; ++round) {
    const std::string text = random_number(dice);
    double want = 0.0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), want);
    NumberCell cell;
    const CellReading reading = read_number_cell(text, '.', cell);
    const bool same = parsed.ec == std::errc()
                          ? reading == CellReading::number && cell.value == want &&
                                std::signbit(cell.value) == std::signbit(want)
                          : reading == CellReading::beyond ||
                                (reading == CellReading::number && cell.value == 0.0);
    if (!same) FAIL(text);
  }
}

// What a text is, digit by digit, but for its value: the twin of how numbers are written.
std::optional<NumberCell> plain_cell(std::string text, char decimal) {
  NumberCell cell;
  std::size_t i = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  std::size_t digits = 0;
  bool behind = false;
  for (; i < text.size() && (std::isdigit(text[i]) || (text[i] == decimal && !behind)); ++i) {
    if (text[i] == decimal) {
      behind = true;
      continue;
    }
    ++digits;
    cell.decimals += behind ? 1 : 0;
    cell.digits += cell.digits > 0 || text[i] != '0' ? 1 : 0;
  }
  if (digits == 0) return std::nullopt;
  if (i == text.size()) return cell;
  cell.exponent = text[i] == 'e' || text[i] == 'E';
  text.erase(0, i + 1);
  if (text.starts_with('-') || text.starts_with('+')) text.erase(0, 1);
  const bool all = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return cell.exponent && all ? std::optional(cell) : std::nullopt;
}

TEST_CASE("how a cell's number is written is what its characters say", "[readers]") {
  Dice dice(8);
  int numbers = 0;
  for (int round = 0; round < 300000; ++round) {
    const char decimal = dice.roll(2) == 0 ? '.' : ',';
    std::string text = random_number(dice);
    for (char& c : text) c = c == '.' ? decimal : c;
    // Most are right, of all lengths around those of machine words; some are damaged.
    for (std::size_t edits = dice.roll(3) == 0 ? 1 + dice.roll(2) : 0; edits > 0; --edits) {
      const char odd = "..,,+-eE 0/:x\"\x80\0"[dice.roll(16)];
      const std::size_t at = dice.roll(text.size() + 1);
      if (dice.roll(2) == 0 || at == text.size()) {
        text.insert(at, 1, odd);
      } else {
        text[at] = odd;
      }
    }
    const std::optional<NumberCell> want = plain_cell(text, decimal);
    NumberCell got;
    const CellReading reading = read_number_cell(text, decimal, got);
    numbers += want ? 1 : 0;
    const bool same = want ? reading != CellReading::none && got.decimals == want->decimals &&
                                 got.digits == want->digits && got.exponent == want->exponent
                           : reading == CellReading::none;
    if (!same) FAIL("'" << text << "', decimal '" << decimal << "'");
    if (reading != CellReading::number) continue;
    for (char& c : text) c = c == decimal ? '.' : c;
    const char* const first = text.data() + (text.starts_with('+') ? 1 : 0);
    double value = 0.0;
    const auto parsed = std::from_chars(first, text.data() + text.size(), value);
    if (parsed.ec == std::errc() && got.value != value) FAIL("the value of '" << text << "'");
  }
  CHECK(numbers > 200000);
  CHECK(numbers < 290000);
}

TEST_CASE("what is a number in a cell, and how it is written", "[readers]") {
  CHECK(cell_of("12").value == 12.0);
  CHECK(cell_of("+1.50").value == 1.5);
  CHECK(cell_of("-,5", ',').value == -0.5);
  CHECK(cell_of("5.").value == 5.0);
  CHECK(cell_of("1" + std::string(400, '0') + "e-400").value == 1.0);
  CHECK(cell_of("0." + std::string(400, '0') + "1").value == 0.0);
  CHECK(cell_of("1e-999999999999").value == 0.0);
  CHECK(reading_of("1e999") == CellReading::beyond);
  CHECK(reading_of("-" + std::string(400, '9')) == CellReading::beyond);
  for (const char* text : {"", "-", ".", "e5", "1e", "1e+", "1.2.3", "1,5", "1x", "inf", "nan",
                           "0x10", " 1", "1 ", "--1", "1e5.5"}) {
    INFO(text);
    CHECK(reading_of(text) == CellReading::none);
  }
  const NumberCell cell = cell_of("-0.00120e5");
  CHECK(cell.decimals == 5);
  CHECK(cell.digits == 3);
  CHECK(cell.exponent);
  CHECK(cell_of("100").digits == 3);
}
