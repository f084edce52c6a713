// Numbers of a table's column, held to what its user says of them.
#include <algorithm>
#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/date_format.hpp"
#include "engine/data/number_style.hpp"
#include "engine/data/wished_column.hpp"

namespace vgan {
namespace {

std::string text_of(const WishedColumn& of, double number) {
  const std::string& format = of.column.format;
  return format.empty() ? exact_text(number) : DateFormat::of(format)->write(number);
}

// A bound or value of the user's as a number of this column.
double said(const WishedColumn& of, const WishedValue& value, const char* key) {
  const std::string& format = of.column.format;
  const std::optional<double> number =
      format.empty() ? value.number : DateFormat::of(format)->read(value.text);
  if (!number) {
    of.refuse_wish(std::string(key) + " = " + quoted(value.text),
                   format.empty() ? "a number" : "a date or time as " + format, "");
  }
  return *number;
}

template <class Fits>
void require(const WishedColumn& of, Fits&& fits, const std::string& allowed,
             const std::string& remedy) {
  const std::vector<double>& numbers = of.column.numbers;
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    if (std::isnan(numbers[row]) || fits(numbers[row])) continue;
    of.refuse(static_cast<std::int64_t>(row), text_of(of, numbers[row]), allowed, remedy);
  }
}

void check_bounds(const WishedColumn& of) {
  const ColumnWish& wish = of.wish;
  if (!wish.low && !wish.high) return;
  const double low = wish.low ? said(of, *wish.low, "low") : -HUGE_VAL;
  const double high = wish.high ? said(of, *wish.high, "high") : HUGE_VAL;
  if (low > high) {
    of.refuse_wish("low " + text_of(of, low) + " above high " + text_of(of, high), "low up to high",
                   "");
  }
  const std::string allowed = !wish.low    ? "up to " + text_of(of, high)
                              : !wish.high ? text_of(of, low) + " or more"
                                           : text_of(of, low) + " to " + text_of(of, high);
  require(
      of, [&](double number) { return number >= low && number <= high; }, allowed,
      "correct the cell, widen low and high, or name the value in missing");
}

void check_values(const WishedColumn& of) {
  if (!of.wish.values) return;
  std::vector<double> values;
  std::vector<std::string> texts;
  for (const WishedValue& value : *of.wish.values) {
    values.push_back(said(of, value, "values"));
    texts.push_back(value.text);
  }
  std::sort(values.begin(), values.end());
  require(
      of, [&](double number) { return std::binary_search(values.begin(), values.end(), number); },
      some_of(texts, "..."), "correct the cell, or add it to values or to missing");
}

}  // namespace

void check_numbers(const WishedColumn& of) {
  if (of.wish.kind == ColumnKind::integer) {
    require(
        of, [](double number) { return number == std::floor(number); }, "a whole number",
        "correct the cell, or make the column continuous");
  }
  if (of.wish.kind == ColumnKind::boolean) {
    std::vector<double> two;
    require(
        of,
        [&](double number) {
          if (std::find(two.begin(), two.end(), number) != two.end()) return true;
          two.push_back(number);
          return two.size() <= 2;
        },
        "two values, of a boolean", "give the column another kind");
  }
  check_bounds(of);
  if (of.wish.decimals && of.column.format.empty()) {
    const int decimals = *of.wish.decimals;
    require(
        of, [&](double number) { return rounded_to(number, decimals) == number; },
        "up to " + counted(decimals, "decimal"), "round the cell, or allow more");
  }
  check_values(of);
}

}  // namespace vgan
