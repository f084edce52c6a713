#include "engine/data/curve_block.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "engine/base/number_text.hpp"

namespace vgan {
namespace {

/// "t_007": a prefix, and a number of some digits.
struct NumberedName {
  std::string_view prefix, digits;
  std::uint64_t number = 0;
};

std::optional<NumberedName> numbered(const std::string& name) {
  constexpr std::size_t most_digits = 18;
  std::size_t begin = name.size();
  while (begin > 0 && name[begin - 1] >= '0' && name[begin - 1] <= '9') --begin;
  const std::string_view digits = std::string_view(name).substr(begin);
  if (digits.empty() || digits.size() > most_digits) return std::nullopt;
  return NumberedName{std::string_view(name).substr(0, begin), digits,
                      *read_number<std::uint64_t>(digits)};
}

// Whether `next` counts on from `name`: t_9 and t_10, t_09 and t_10, but not t_9 and t_010.
bool counts_on(const NumberedName& name, const NumberedName& next) {
  const bool padded = name.digits.size() > 1 && name.digits[0] == '0';
  const bool next_padded = next.digits.size() > 1 && next.digits[0] == '0';
  return name.prefix == next.prefix && next.number == name.number + 1 &&
         (name.digits.size() == next.digits.size() || (!padded && !next_padded));
}

struct Range {
  double low = HUGE_VAL, high = -HUGE_VAL;
};

Range range_of(const TableColumn& column) {
  Range range;
  for (const double number : column.numbers) {
    if (std::isnan(number)) continue;
    range.low = std::min(range.low, number);
    range.high = std::max(range.high, number);
  }
  return range;
}

// The mean squared difference of neighbours in a row over the variance of all numbers; infinite
// where they are all the same. Numbers are taken as shares of the block's range, for their squares.
double neighbour_ratio(const Table& table, const CurveBlock& block, const Range& whole) {
  constexpr std::int64_t most_rows = 1000;
  const double span = whole.high - whole.low;
  if (!(span > 0.0) || !std::isfinite(span)) return HUGE_VAL;
  double count = 0.0, sum = 0.0, squares = 0.0, differences = 0.0, pairs = 0.0;
  for (std::int64_t row = 0; row < std::min(table.rows, most_rows); ++row) {
    double before = std::nan("");
    for (std::size_t i = 0; i < block.count; ++i) {
      const double number =
          (table.columns[block.first + i].numbers[static_cast<std::size_t>(row)] - whole.low) /
          span;
      if (!std::isnan(number)) count += 1.0, sum += number, squares += number * number;
      const double step = number - before;
      if (!std::isnan(step)) pairs += 1.0, differences += step * step;
      before = number;
    }
  }
  const double variance = squares / count - (sum / count) * (sum / count);
  return pairs > 0.0 && variance > 0.0 ? differences / pairs / variance : HUGE_VAL;
}

}  // namespace

std::vector<CurveBlock> numbered_columns(const std::vector<std::string>& names) {
  std::vector<CurveBlock> blocks;
  std::optional<NumberedName> before;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::optional<NumberedName> name = numbered(names[i]);
    if (name && before && counts_on(*before, *name)) {
      ++blocks.back().count;
    } else if (name) {
      blocks.push_back({i, 1, std::string(name->prefix)});
    }
    before = name;
  }
  blocks.erase(std::remove_if(blocks.begin(), blocks.end(),
                              [](const CurveBlock& block) { return block.count < 2; }),
               blocks.end());
  return blocks;
}

std::vector<CurveBlock> curve_blocks(const Schema& schema) {
  std::vector<std::string> names;
  for (const ColumnSchema& column : schema.columns) {
    names.push_back(column.kind == ColumnKind::curve ? column.name : "");
  }
  return numbered_columns(names);
}

bool looks_like_curve(const Table& table, const CurveBlock& block) {
  if (block.count < fewest_curve_columns) return false;
  Range whole, before;
  double widest = 0.0;  // gap between the ranges of neighbours
  for (std::size_t i = block.first; i < block.first + block.count; ++i) {
    const TableColumn& column = table.columns[i];
    if (!column.numeric || !column.format.empty()) return false;
    const Range range = range_of(column);
    if (range.low > range.high) return false;  // no number
    if (i > block.first) {
      widest = std::max({widest, range.low - before.high, before.low - range.high});
    }
    before = range;
    whole = {std::min(whole.low, range.low), std::max(whole.high, range.high)};
  }
  // t_000 and t_007, but not Q0 to Q9.
  const std::string_view digits =
      std::string_view(table.columns[block.first].name).substr(block.prefix.size());
  const bool padded = digits.size() > 1 && digits[0] == '0';
  if (padded) return whole.high > whole.low && widest <= whole.high / 2 - whole.low / 2;
  return neighbour_ratio(table, block, whole) < 1.0;
}

}  // namespace vgan
