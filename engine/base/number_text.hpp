// Numbers as text and back, with a decimal point whatever the process's locale is. Nothing else in
// the library and the programs writes or reads a number that may have a fraction;
// tests/locale_law.sh holds them to it.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace vgan {

/// As printf's "%.{digits}g", "%.{decimals}f" and "%.{decimals}e" in the C locale.
std::string general_text(double value, int digits = 6);
std::string fixed_text(double value, int decimals);
std::string scientific_text(double value, int decimals);
/// Puts fixed_text behind `text`, without a string of its own.
void append_fixed(std::string& text, double value, int decimals);

/// The shortest general_text of `least_digits` or more that reads back to the same double.
std::string exact_text(double value, int least_digits = 6);

/// All of `text` as a number, or nothing: no space, no '+', within the type's range. NaN and inf
/// are numbers.
template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace vgan
