#include "engine/data/row_constraints.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/data/constraint_rules.hpp"
#include "engine/data/number_style.hpp"

namespace vgan {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// Takes from `values`, or gives to them, so much of `excess` as `room` lets each, in proportion to
// `share`; hands out what is left.
double spread(std::vector<double>& values, double excess, const std::vector<double>& share,
              const std::vector<double>& room) {
  double shares = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) shares += room[i] > 0.0 ? share[i] : 0.0;
  if (!(shares > 0.0)) return excess;
  double left = excess;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(room[i] > 0.0)) continue;
    const double part = std::min(std::fabs(excess) * share[i] / shares, room[i]);
    values[i] += std::copysign(part, excess);
    left -= std::copysign(part, excess);
  }
  return left;
}

}  // namespace

RowConstraints::RowConstraints(const Schema& schema)
    : schema_(&schema),
      upper_(columns_with_lower_ones(schema.constraints)),
      sums_(schema.constraints.sums),
      numbers_(schema.columns.size(), no_value) {
  if (schema.constraints.derived.empty()) return;
  derived_ = derived_formulas(schema, "a constraint");
}

RowConstraints::Floor RowConstraints::floor(std::size_t column,
                                            std::span<const double> numbers) const {
  Floor found{no_value, false};
  for (const Constraints::Order& order : schema_->constraints.orders) {
    if (order.upper != column) continue;
    Floor one{numbers[order.lower], order.strict};
    if (std::isnan(one.value)) {
      const bool deeper = std::find(upper_.begin(), upper_.end(), order.lower) != upper_.end();
      if (!deeper) continue;
      one.value = floor(order.lower, numbers).value;
    }
    if (std::isnan(found.value) || one.value > found.value) {
      found = one;
    } else if (one.value == found.value) {
      found.strict = found.strict || one.strict;
    }
  }
  return std::isnan(found.value) ? Floor{schema_->columns[column].low, false} : found;
}

// The nearest number of the column to the one that lies by `distance` above the floor, but none
// below the floor, even where the column's bounds would have it so.
double RowConstraints::above(const ColumnSchema& column, const Floor& floor,
                             double distance) const {
  const auto fits = [&](double number) {
    return floor.strict ? number > floor.value : number >= floor.value;
  };
  const double number = cell_number(column, floor.value + (distance > 0.0 ? distance : 0.0));
  if (fits(number)) return number;
  const auto next = std::find_if(column.values.begin(), column.values.end(), fits);
  if (next != column.values.end()) return *next;
  if (column.style.exponents)
    return floor.strict ? std::nextafter(floor.value, HUGE_VAL) : floor.value;
  const int decimals = cell_decimals(column);
  const double step = std::pow(10.0, -decimals);
  double up = rounded_to(floor.value, decimals);
  while (!fits(up)) up = rounded_to(up + step, decimals);
  return up;
}

void RowConstraints::settle(std::vector<TableCell>& cells) {
  if (empty()) return;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    numbers_[i] = cells[i].missing || !schema_->columns[i].numeric ? no_value : cells[i].number;
  }
  for (const std::size_t column : upper_) {
    TableCell& cell = cells[column];
    if (cell.missing) continue;
    cell.number = above(schema_->columns[column], floor(column, numbers_), cell.number);
    numbers_[column] = cell.number;
  }
  for (const Constraints::Sum& sum : sums_) settle_sum(sum, cells);
  derive(cells);
}

void RowConstraints::settle_sum(const Constraints::Sum& sum, std::vector<TableCell>& cells) const {
  std::vector<double> values, share, room;
  double left = sum.whole;
  for (const std::size_t part : sum.parts) {
    if (cells[part].missing) return;
    values.push_back(cells[part].number);
    left -= values.back();
  }
  // In proportion to what lies above the least number, so that what is absent stays absent; where
  // that is not enough, to what there is room for.
  for (const bool by_room : {false, false, false, true}) {
    share.clear(), room.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const ColumnSchema& column = schema_->columns[sum.parts[i]];
      room.push_back(left > 0.0 ? column.high - values[i] : values[i] - column.low);
      share.push_back(by_room ? room.back() : values[i] - column.low);
    }
    left = spread(values, left, share, room);
  }
  // The largest of the parts with the most decimals takes what is left by rounding.
  std::size_t last = 0;
  const auto decimals = [&](std::size_t i) {
    return cell_decimals(schema_->columns[sum.parts[i]]);
  };
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (decimals(i) > decimals(last) ||
        (decimals(i) == decimals(last) && values[i] > values[last])) {
      last = i;
    }
  }
  double rest = sum.whole;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == last) continue;
    cells[sum.parts[i]].number = rounded_to(values[i], decimals(i));
    rest -= cells[sum.parts[i]].number;
  }
  cells[sum.parts[last]].number = rounded_to(rest, decimals(last));
}

void RowConstraints::derive(std::vector<TableCell>& cells) {
  for (const auto& [column, formula] : derived_) {
    arguments_.clear();
    bool missing = false;
    for (const std::size_t from : formula.columns()) {
      missing = missing || cells[from].missing;
      arguments_.push_back(cells[from].number);
    }
    TableCell& cell = cells[column];
    if (!missing) cell.number = formula(arguments_);
    cell.missing = missing || !std::isfinite(cell.number);
    const ColumnSchema& made = schema_->columns[column];
    if (cell.missing || made.style.exponents) continue;
    cell.number = rounded_to(cell.number, cell_decimals(made));
  }
}

}  // namespace vgan
