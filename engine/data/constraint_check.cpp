#include "engine/data/constraint_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/constraint_rules.hpp"
#include "engine/data/constraint_text.hpp"
#include "engine/data/date_format.hpp"
#include "engine/data/table_cell.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/data/wished_column.hpp"

namespace vgan {
namespace {

constexpr double rounding = 1e-9;  // of sums and products of doubles, relative

// Holds the rows of one table against what one place says.
class Check {
 public:
  Check(const Table& table, const Schema& schema, const ConstraintWish& wish)
      : table_(table), schema_(schema), wish_(wish) {}

  void order(const Constraints::Order& one) const {
    for (std::int64_t row = 0; row < table_.rows; ++row) {
      const double lower = number(row, one.lower), upper = number(row, one.upper);
      if (std::isnan(lower) || std::isnan(upper) || (one.strict ? lower < upper : lower <= upper)) {
        continue;
      }
      refuse(row, one.upper, text(row, one.upper) + " beside " + cell(row, one.lower));
    }
  }

  void bound(const Constraints::Bound& one) const {
    for (std::int64_t row = 0; row < table_.rows; ++row) {
      const double found = number(row, one.column);
      const double room = one.upper ? one.value - found : found - one.value;
      if (std::isnan(found) || (one.strict ? room > 0.0 : room >= 0.0)) continue;
      refuse(row, one.column, text(row, one.column));
    }
  }

  void sum(const Constraints::Sum& one) const {
    for (std::int64_t row = 0; row < table_.rows; ++row) {
      double found = 0.0, tolerance = rounding * std::fabs(one.whole);
      for (const std::size_t part : one.parts) {
        found += number(row, part);
        tolerance += half_unit(row, part);
      }
      if (std::isnan(found) || std::fabs(found - one.whole) <= tolerance) continue;
      refuse(row, one.parts.back(), "a sum of " + general_text(found, 10));
    }
  }

  void derived(std::size_t column, const Formula& formula) const {
    std::vector<double> from;
    for (std::int64_t row = 0; row < table_.rows; ++row) {
      const double found = number(row, column);
      from.clear();
      for (const std::size_t one : formula.columns()) from.push_back(number(row, one));
      const bool missing =
          std::any_of(from.begin(), from.end(), [](double number) { return std::isnan(number); });
      const double made = formula(from);
      if (std::isnan(found) || missing || !std::isfinite(made)) continue;
      double tolerance = rounding * std::fabs(made) + least_half_unit(row, column);
      for (std::size_t i = 0; i < from.size(); ++i) {
        const double unit = half_unit(row, formula.columns()[i]), at = from[i];
        double most = 0.0;
        for (const double moved : {at - unit, at + unit}) {
          from[i] = moved;
          most = std::fmax(most, std::fabs(formula(from) - made));
        }
        from[i] = at;
        tolerance += most;
      }
      if (std::fabs(found - made) <= tolerance) continue;
      std::string beside;
      for (const std::size_t one : formula.columns()) {
        beside += (beside.empty() ? " beside " : " and ") + cell(row, one);
      }
      refuse(row, column,
             text(row, column) + beside + ", of which the formula makes " + general_text(made, 10));
    }
  }

 private:
  [[noreturn]] void refuse(std::int64_t row, std::size_t column, const std::string& found) const {
    throw Error(ErrorCode::bad_data, {disagreement, table_.cell_place(row, column), found,
                                      wish_.text + ", as " + wish_.place + " says",
                                      "correct the row, or leave the constraint out"});
  }

  double number(std::int64_t row, std::size_t column) const {
    return table_.columns[column].numbers[static_cast<std::size_t>(row)];
  }
  std::string text(std::int64_t row, std::size_t column) const {
    const std::string& format = table_.columns[column].format;
    const double found = number(row, column);
    if (std::isnan(found)) return "no value";
    return format.empty() ? exact_text(found) : DateFormat::of(format)->write(found);
  }
  std::string cell(std::int64_t row, std::size_t column) const {
    return shortened(table_.columns[column].name) + " = " + text(row, column);
  }

  // How far a number may have lain from the one that is written: none where whole ones are.
  double half_unit(std::int64_t row, std::size_t column) const {
    const ColumnSchema& made = schema_.columns[column];
    const bool whole = made.style.most_decimals == 0 && !made.style.exponents;
    return whole ? 0.0 : least_half_unit(row, column);
  }
  double least_half_unit(std::int64_t row, std::size_t column) const {
    const ColumnSchema& made = schema_.columns[column];
    const double size = std::fabs(number(row, column));
    if (!made.style.exponents) return 0.5 * std::pow(10.0, -made.style.most_decimals);
    if (!(size > 0.0)) return 0.0;
    return 0.5 * std::pow(10.0, std::floor(std::log10(size)) - made.style.digits + 1);
  }

  const Table& table_;
  const Schema& schema_;
  const ConstraintWish& wish_;
};

// Which of the words or values of its column a cell is; -1: none.
std::int32_t place_in(const TableColumn& column, const ColumnSchema& made, std::int64_t row) {
  const auto at = static_cast<std::size_t>(row);
  if (column.is_missing(row)) return -1;
  if (!column.numeric) return column.cells[at];
  const auto found = std::lower_bound(made.values.begin(), made.values.end(), column.numbers[at]);
  return static_cast<std::int32_t>(found - made.values.begin());
}

std::vector<std::int32_t> combination_at(const Table& table, const Schema& schema,
                                         const std::vector<std::size_t>& columns,
                                         std::int64_t row) {
  std::vector<std::int32_t> found;
  for (const std::size_t column : columns) {
    found.push_back(place_in(table.columns[column], schema.columns[column], row));
  }
  return found;
}

void find_combinations(const Table& table, const Schema& schema, const ConstraintWish& wish,
                       Constraints::Combination& made) {
  std::set<std::vector<std::int32_t>> seen;
  for (std::int64_t row = 0; row < table.rows; ++row) {
    seen.insert(combination_at(table, schema, made.columns, row));
  }
  if (seen.size() > most_words) {
    throw Error(ErrorCode::bad_data,
                {disagreement, table.source,
                 grouped(std::uint64_t{seen.size()}) + " combinations of " + wish.text,
                 "up to " + std::to_string(most_words), "fix fewer columns"});
  }
  made.seen.assign(seen.begin(), seen.end());
}

// Holds columns with bounds to the numbers that there are, whatever low and high say, and takes
// parts of a constant for numbers between others: they do not keep to few values when they are
// moved.
void fit_columns(const Table& table, Schema& schema) {
  for (const Constraints::Bound& bound : schema.constraints.bounds) {
    ColumnSchema& column = schema.columns[bound.column];
    double least = HUGE_VAL, greatest = -HUGE_VAL;
    for (const double number : table.columns[bound.column].numbers) {
      least = std::fmin(least, number);
      greatest = std::fmax(greatest, number);
    }
    if (least > greatest) continue;
    column.low = std::max(column.low, least);
    column.high = std::min(column.high, greatest);
  }
  for (const Constraints::Sum& sum : schema.constraints.sums) {
    for (const std::size_t part : sum.parts) {
      ColumnSchema& column = schema.columns[part];
      if (column.kind != ColumnKind::grid) continue;
      column.kind = column.style.most_decimals == 0 ? ColumnKind::integer : ColumnKind::continuous;
      column.values.clear();
    }
  }
}

void append(Constraints& all, Constraints&& one) {
  const auto move = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  move(all.texts, one.texts);
  move(all.orders, one.orders);
  move(all.bounds, one.bounds);
  move(all.sums, one.sums);
  move(all.derived, one.derived);
  move(all.combinations, one.combinations);
}

}  // namespace

void take_constraints(const Table& table, Schema& schema) {
  std::vector<std::string> names;
  for (const ColumnSchema& column : schema.columns) names.push_back(column.name);
  std::vector<ConstraintWish> wishes = table.constraints;
  std::vector<Constraints> of_wish;
  for (const ConstraintWish& wish : wishes) {
    read_constraint(wish.text, names, wish.place, of_wish.emplace_back());
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ColumnWish& wish = table.columns[i].wish;
    if (!wish.derive) continue;
    wishes.push_back({names[i] + " = " + *wish.derive, wish.place, {}});
    of_wish.emplace_back().derived.push_back({i, *wish.derive});
  }
  if (wishes.empty()) return;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    append(schema.constraints, Constraints(of_wish[i]));
    require_sound_constraints(schema, wishes[i].place);
  }
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const Check check(table, schema, wishes[i]);
    for (const Constraints::Order& one : of_wish[i].orders) check.order(one);
    for (const Constraints::Bound& one : of_wish[i].bounds) check.bound(one);
    for (const Constraints::Sum& one : of_wish[i].sums) check.sum(one);
    for (const Constraints::Derived& one : of_wish[i].derived) {
      check.derived(one.column, Formula(one.formula, names, wishes[i].place));
    }
  }
  fit_columns(table, schema);
  std::size_t at = 0;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    for (std::size_t k = 0; k < of_wish[i].combinations.size(); ++k) {
      Constraints::Combination& made = schema.constraints.combinations[at++];
      made.seen = wishes[i].seen;
      if (made.seen.empty()) find_combinations(table, schema, wishes[i], made);
    }
  }
}

std::vector<std::int32_t> combinations_of_rows(const Table& table, const Schema& schema,
                                               const Constraints::Combination& combination) {
  std::vector<std::int32_t> found;
  const auto& seen = combination.seen;
  for (std::int64_t row = 0; row < table.rows; ++row) {
    const std::vector<std::int32_t> one = combination_at(table, schema, combination.columns, row);
    const auto at = std::lower_bound(seen.begin(), seen.end(), one);
    if (at == seen.end() || *at != one) {
      std::string text;
      for (std::size_t i = 0; i < one.size(); ++i) {
        const TableColumn& column = table.columns[combination.columns[i]];
        const auto place = static_cast<std::size_t>(row);
        const std::string value = one[i] < 0 ? "no value"
                                  : column.numeric
                                      ? exact_text(column.numbers[place])
                                      : shortened(column.words[static_cast<std::size_t>(one[i])]);
        text += (i > 0 ? ", " : "") + shortened(column.name) + " = " + value;
      }
      throw Error(ErrorCode::bad_data,
                  {disagreement, table.cell_place(row, combination.columns.front()), text,
                   "the combinations that the model was trained on", "leave the row out"});
    }
    found.push_back(static_cast<std::int32_t>(at - seen.begin()));
  }
  return found;
}

}  // namespace vgan
