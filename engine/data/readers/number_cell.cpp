#include "engine/data/readers/number_cell.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <string>

namespace vgan {
namespace {

// All are doubles without rounding.
constexpr std::array<double, 23> powers_of_ten = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr int largest_power = 22;
constexpr int most_exact_digits = 15;  // of a whole number that a double is sure to have

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The exponent behind 'e', held to what tells too large from too small; false where there is none.
bool read_exponent(std::string_view text, int& exponent) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return false;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    if (exponent < 100000000) exponent = 10 * exponent + (c - '0');
  }
  if (negative) exponent = -exponent;
  return true;
}

// The way for any number: std::from_chars, which rounds to the nearest.
CellReading read_slowly(std::string_view text, char decimal, int magnitude, double& value) {
  std::string plain(text.starts_with('+') ? text.substr(1) : text);
  for (char& c : plain) c = c == decimal ? '.' : c;
  const auto parsed = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (parsed.ec == std::errc()) return CellReading::number;
  if (magnitude > 0) return CellReading::beyond;
  value = 0.0;
  return CellReading::number;
}

}  // namespace

CellReading read_number_cell(std::string_view text, char decimal, NumberCell& cell) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool negative = at < end && *at == '-';
  if (negative || (at < end && *at == '+')) ++at;
  cell = {};
  std::uint64_t whole = 0;  // of all digits, without the point; of no use where they are many
  const char* const first = at;
  for (; at < end && is_digit(*at); ++at)
    whole = 10 * whole + static_cast<std::uint64_t>(*at - '0');
  auto count = static_cast<int>(at - first);
  if (at < end && *at == decimal) {
    const char* const behind = ++at;
    for (; at < end && is_digit(*at); ++at) {
      whole = 10 * whole + static_cast<std::uint64_t>(*at - '0');
    }
    cell.decimals = static_cast<int>(at - behind);
    count += cell.decimals;
  }
  if (count == 0) return CellReading::none;
  cell.digits = count;
  for (const char* zero = first; cell.digits > 0 && (*zero == '0' || *zero == decimal); ++zero) {
    cell.digits -= *zero == '0' ? 1 : 0;
  }
  int exponent = 0;
  if (at < end) {
    if (*at != 'e' && *at != 'E') return CellReading::none;
    cell.exponent = true;
    if (!read_exponent({at + 1, static_cast<std::size_t>(end - at - 1)}, exponent)) {
      return CellReading::none;
    }
  }
  // A whole number of few digits times or over a small power of ten is rounded once, to the
  // nearest (Clinger, "How to read floating point numbers accurately", 1990).
  const int power = exponent - cell.decimals;
  if (cell.digits <= most_exact_digits && power >= -largest_power && power <= largest_power) {
    const auto number = static_cast<double>(whole);
    const double size = power < 0 ? number / powers_of_ten[static_cast<std::size_t>(-power)]
                                  : number * powers_of_ten[static_cast<std::size_t>(power)];
    cell.value = negative ? -size : size;
    return CellReading::number;
  }
  return read_slowly(text, decimal, power + cell.digits, cell.value);
}

}  // namespace vgan
