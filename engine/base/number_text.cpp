#include "engine/base/number_text.hpp"

#include <array>
#include <cmath>

namespace vgan {
namespace {

// A double has up to 309 digits before the point; no caller asks for more than some tens after it.
std::string text_of(double value, std::chars_format format, int precision) {
  std::array<char, 400> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format, precision);
  return {text.data(), end.ptr};
}

}  // namespace

std::string general_text(double value, int digits) {
  return text_of(value, std::chars_format::general, digits);
}

std::string fixed_text(double value, int decimals) {
  return text_of(value, std::chars_format::fixed, decimals);
}

void append_fixed(std::string& text, double value, int decimals) {
  std::array<char, 400> room;
  const auto end = std::to_chars(room.data(), room.data() + room.size(), value,
                                 std::chars_format::fixed, decimals);
  text.append(room.data(), end.ptr);
}

std::string scientific_text(double value, int decimals) {
  return text_of(value, std::chars_format::scientific, decimals);
}

std::string exact_text(double value, int least_digits) {
  constexpr int enough_digits = 17;
  std::string text = general_text(value, least_digits);
  for (int digits = least_digits; digits < enough_digits && read_number<double>(text) != value;) {
    text = general_text(value, ++digits);
  }
  return text;
}

}  // namespace vgan
