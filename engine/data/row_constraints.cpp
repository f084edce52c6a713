#include "engine/data/row_constraints.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

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

// The greatest number of the column that is at most `number` and not beyond the ceiling; its least
// one where there is none.
double held_below(const ColumnSchema& column, double number, double ceiling) {
  if (number <= ceiling) return number;
  if (!column.values.empty()) {
    const auto beyond = std::upper_bound(column.values.begin(), column.values.end(), ceiling);
    return beyond == column.values.begin() ? column.values.front() : *(beyond - 1);
  }
  const double held = cell_number(column, ceiling);
  return held <= ceiling ? held : cell_number(column, held - cell_step(column));
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

std::vector<std::size_t> RowConstraints::ordered() const {
  std::vector<std::size_t> columns;
  for (const Constraints::Order& order : schema_->constraints.orders) {
    columns.insert(columns.end(), {order.lower, order.upper});
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
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

// Goes from the columns that have none above them to those below.
void RowConstraints::find_ceilings(const std::vector<TableCell>& cells) {
  ceilings_.assign(cells.size(), HUGE_VAL);
  for (auto upper = upper_.rbegin(); upper != upper_.rend(); ++upper) {
    const ColumnSchema& column = schema_->columns[*upper];
    double most = ceilings_[*upper];
    if (!cells[*upper].missing) most = std::min(most, column.high);
    for (const Constraints::Order& order : schema_->constraints.orders) {
      if (order.upper != *upper) continue;
      const double allowed = order.strict ? most - cell_step(column) : most;
      ceilings_[order.lower] = std::min(ceilings_[order.lower], allowed);
    }
  }
}

// The nearest number of the column to the one that lies by `distance` above the floor; not beyond
// the ceiling where the floor allows it, but never below the floor.
double RowConstraints::above(const ColumnSchema& column, const Floor& floor, double distance,
                             double ceiling) const {
  const auto fits = [&](double number) {
    return floor.strict ? number > floor.value : number >= floor.value;
  };
  const double wanted = floor.value + (distance > 0.0 ? distance : 0.0);
  const double number = held_below(column, cell_number(column, wanted), ceiling);
  if (fits(number)) return number;
  const auto next = std::find_if(column.values.begin(), column.values.end(), fits);
  if (next != column.values.end()) return *next;
  const double step = cell_step(column);
  double up = std::ceil(floor.value / step) * step;
  if (step <= 1.0) up = rounded_to(up, cell_decimals(column));
  // Where numbers are so large, or so fine, that a step is lost in them, the next double will do.
  while (!fits(up)) up = up + step > up ? up + step : std::nextafter(up, HUGE_VAL);
  return step < 1.0 ? rounded_to(up, cell_decimals(column)) : up;
}

void RowConstraints::settle(std::vector<TableCell>& cells) {
  if (empty()) return;
  if (!upper_.empty()) find_ceilings(cells);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const ColumnSchema& column = schema_->columns[i];
    TableCell& cell = cells[i];
    const bool distance = std::find(upper_.begin(), upper_.end(), i) != upper_.end();
    if (!upper_.empty() && !cell.missing && !distance && cell.number > ceilings_[i]) {
      cell.number = held_below(column, cell.number, ceilings_[i]);
      const auto& values = column.values;
      cell.word = static_cast<std::size_t>(
          std::lower_bound(values.begin(), values.end(), cell.number) - values.begin());
    }
    numbers_[i] = cell.missing || !column.numeric ? no_value : cell.number;
  }
  for (const std::size_t column : upper_) {
    TableCell& cell = cells[column];
    if (cell.missing) continue;
    cell.number =
        above(schema_->columns[column], floor(column, numbers_), cell.number, ceilings_[column]);
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
  double rest = sum.whole;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = cell_number(schema_->columns[sum.parts[i]], values[i]);
    rest -= values[i];
  }
  hand_out(rest, sum.parts, values);
  for (std::size_t i = 0; i < values.size(); ++i) cells[sum.parts[i]].number = values[i];
}

// Gives what is left by rounding to the parts, those of the fewest decimals first, in units of
// theirs and as far as there is room; where there is none, to the last of them all the same.
void RowConstraints::hand_out(double rest, const std::vector<std::size_t>& parts,
                              std::vector<double>& values) const {
  std::vector<std::size_t> order(parts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto decimals = [&](std::size_t i) { return cell_decimals(schema_->columns[parts[i]]); };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return decimals(a) != decimals(b) ? decimals(a) < decimals(b) : values[a] > values[b];
  });
  const int finest = decimals(order.back());
  rest = rounded_to(rest, finest);
  // Where the finer parts have no room that way, a coarser one takes a unit too many, and the finer
  // ones give back.
  for (bool too_many : {false, true, false}) {
    for (const std::size_t i : order) {
      const ColumnSchema& column = schema_->columns[parts[i]];
      const double unit = cell_step(column);
      const double room = rest > 0.0 ? column.high - values[i] : values[i] - column.low;
      const double wanted = std::fabs(rest) / unit;
      const double units = std::min(too_many ? std::ceil(wanted - 1e-6) : std::floor(wanted + 1e-6),
                                    std::floor(room / unit + 1e-6));
      const double given = std::copysign(std::max(units, 0.0) * unit, rest);
      values[i] = rounded_to(values[i] + given, decimals(i));
      too_many = too_many && std::fabs(given) <= std::fabs(rest);  // one does so
      rest = rounded_to(rest - given, finest);
    }
  }
  if (rest != 0.0) values[order.back()] = rounded_to(values[order.back()] + rest, finest);
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
