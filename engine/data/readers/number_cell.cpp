#include "engine/data/readers/number_cell.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <string>

#include "engine/data/readers/byte_words.hpp"

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

// The way for many digits and far exponents: std::from_chars, which rounds to the nearest.
CellReading read_slowly(std::string_view text, char decimal, int magnitude, double& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::string plain;
  if (decimal != '.') {
    plain = text;
    for (char& c : plain) c = c == decimal ? '.' : c;
    text = plain;
  }
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec == std::errc()) return CellReading::number;
  if (magnitude > 0) return CellReading::beyond;
  value = 0.0;
  return CellReading::number;
}

__extension__ using Sixteen = unsigned __int128;

// The text at the end of a word, behind as many '0' as there is room for; the first byte is the
// lowest. `size` is 1 to 8, or 8 to 16. Nothing beyond the text is read.
std::uint64_t behind_zeros(const char* text, std::size_t size, std::uint64_t) {
  if (size == 8) return load_eight(text);
  const std::uint64_t zeros = filled_with<std::uint64_t>('0') >> (8 * size);
  if (size >= 4) {  // its first and its last four bytes
    const std::uint64_t first = load_four(text), last = load_four(text + size - 4);
    return zeros | first << (8 * (8 - size)) | last << 32;
  }
  const auto in_place = [&](std::size_t at) {
    return std::uint64_t{static_cast<unsigned char>(text[at])} << (8 * (8 - size + at));
  };
  return zeros | in_place(0) | in_place(size / 2) | in_place(size - 1);
}
Sixteen behind_zeros(const char* text, std::size_t size, Sixteen) {
  const Sixteen zeros = filled_with<Sixteen>('0') >> (8 * size - 8) >> 8;
  return zeros | Sixteen{load_eight(text)} << (8 * (16 - size)) |
         Sixteen{load_eight(text + size - 8)} << 64;
}

unsigned lowest_bit(std::uint64_t word) { return static_cast<unsigned>(std::countr_zero(word)); }
unsigned lowest_bit(Sixteen word) {
  const auto low = static_cast<std::uint64_t>(word);
  return low != 0 ? lowest_bit(low) : 64 + lowest_bit(static_cast<std::uint64_t>(word >> 64));
}

std::uint64_t whole_of(std::uint64_t digits) { return number_of_digits(digits); }
std::uint64_t whole_of(Sixteen digits) {
  return std::uint64_t{100000000} * number_of_digits(static_cast<std::uint64_t>(digits)) +
         number_of_digits(static_cast<std::uint64_t>(digits >> 64));
}

// The digits of a number without its sign, in a word that has room for all of it. False where there
// is anything but digits and a point.
template <class Word>
bool read_digits(const char* text, std::size_t size, char decimal, NumberCell& cell,
                 std::uint64_t& whole) {
  Word bytes = behind_zeros(text, size, Word{});
  const Word points = bytes_that_are(bytes, decimal);
  if (points != 0) {
    // The bytes before the first point take its place, and one '0' comes before them.
    const unsigned place = lowest_bit(points) / 8;
    const Word to_point = static_cast<Word>(-1) >> (8 * (sizeof(Word) - 1 - place));
    bytes = (bytes & ~to_point) | ((bytes << 8 | '0') & to_point);
    cell.decimals = static_cast<int>(sizeof(Word) - 1 - place);
  }
  const Word digits = bytes ^ filled_with<Word>('0');
  whole = whole_of(digits);
  cell.digits = static_cast<int>(sizeof(Word) - lowest_bit(digits) / 8);
  return are_digit_values(digits);
}

// The short way, without a branch for each digit, for up to 16 digits and a point behind the sign.
// False where `text` is anything else, a number or not.
bool read_short(std::string_view text, char decimal, NumberCell& cell) {
  if (text.empty()) return false;
  const bool negative = text.front() == '-', positive = text.front() == '+';
  const auto sign = static_cast<std::size_t>(negative) + static_cast<std::size_t>(positive);
  const char* const first = text.data() + sign;
  const std::size_t size = text.size() - sign;
  if (size == 0 || size > sizeof(Sixteen) || (size == 1 && *first == decimal)) return false;
  cell.decimals = 0;
  cell.exponent = false;
  std::uint64_t whole = 0;
  const bool plain = size <= sizeof(std::uint64_t)
                         ? read_digits<std::uint64_t>(first, size, decimal, cell, whole)
                         : read_digits<Sixteen>(first, size, decimal, cell, whole);
  if (!plain || cell.digits > most_exact_digits) return false;
  const double magnitude =
      static_cast<double>(whole) / powers_of_ten[static_cast<std::size_t>(cell.decimals)];
  // Signs come in no order, so that a branch for them would often be guessed wrong.
  constexpr int sign_bit = 63;
  cell.value = std::bit_cast<double>(std::bit_cast<std::uint64_t>(magnitude) |
                                     std::uint64_t{negative} << sign_bit);
  return true;
}

// The long way, for any text: digit by digit. It stays apart, so that the short way is short.
[[gnu::noinline]] CellReading read_any(std::string_view text, char decimal, NumberCell& cell) {
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

}  // namespace

CellReading read_number_cell(std::string_view text, char decimal, NumberCell& cell) {
  if (read_short(text, decimal, cell)) return CellReading::number;
  return read_any(text, decimal, cell);
}

}  // namespace vgan
