#include "engine/data/number_style.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.hpp"

namespace vgan {

void append_number(std::string& text, double number, const NumberStyle& style, bool exact) {
  if (style.exponents) {
    // Digits of the column, which keep what is between its least and its greatest number there.
    text += exact ? exact_text(number, 1) : general_text(number, std::max(style.digits, 1));
    return;
  }
  append_fixed(text, number == 0.0 ? 0.0 : number, style.most_decimals);
  // Zeros at the end stay where every number has that many decimals.
  int decimals = style.most_decimals;
  for (; decimals > style.least_decimals && text.back() == '0'; --decimals) text.pop_back();
  if (decimals == 0 && text.back() == '.') text.pop_back();
}

double rounded_to(double number, int decimals) {
  if (decimals > 15) return number;
  const double unit = std::pow(10.0, decimals);
  const double scaled = number * unit;
  // Up to here the product is off by less than half a unit; so far beyond, all doubles are whole.
  if (std::fabs(scaled) < 1e15) return std::nearbyint(scaled) / unit;
  if (!(std::fabs(scaled) < 1e17)) return number;
  std::string digits;
  append_fixed(digits, number, decimals);
  return read_number<double>(digits).value_or(number);
}

}  // namespace vgan
