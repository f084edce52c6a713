#include "engine/data/constraint_rules.hpp"

#include <algorithm>
#include <map>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/number_style.hpp"
#include "engine/data/table_cell.hpp"

namespace vgan {
namespace {

constexpr const char* no_circle = "none that comes back to itself";

struct Turns {
  std::vector<std::size_t> done;   // each behind those that it waits for
  std::vector<std::size_t> stuck;  // those that wait for one another
};

template <class Waits>
Turns in_turn(std::vector<std::size_t> columns, Waits&& waits) {
  Turns turns{{}, std::move(columns)};
  for (;;) {
    std::vector<std::size_t>& waiting = turns.stuck;
    const auto next = std::find_if(waiting.begin(), waiting.end(), [&](std::size_t column) {
      return std::none_of(waiting.begin(), waiting.end(),
                          [&](std::size_t other) { return waits(column, other); });
    });
    if (next == waiting.end()) return turns;
    turns.done.push_back(*next);
    waiting.erase(next);
  }
}

Turns orders_in_turn(const Constraints& constraints) {
  std::vector<std::size_t> upper;
  for (const Constraints::Order& order : constraints.orders) upper.push_back(order.upper);
  std::sort(upper.begin(), upper.end());
  upper.erase(std::unique(upper.begin(), upper.end()), upper.end());
  return in_turn(upper, [&](std::size_t column, std::size_t other) {
    return std::any_of(constraints.orders.begin(), constraints.orders.end(),
                       [&](const Constraints::Order& order) {
                         return order.upper == column && order.lower == other;
                       });
  });
}

/// Goes over the constraints of one schema.
class Rules {
 public:
  Rules(const Schema& schema, const std::string& where)
      : schema_(schema), constraints_(schema.constraints), where_(where) {}

  void require() {
    for (const Constraints::Order& order : constraints_.orders) {
      require_one_unit(order);
      for (const std::size_t column : {order.lower, order.upper}) {
        require_number(column, "an order", {.dates = true, .booleans = false});
        require_free(column, "an order", 0);
        if (!schema_.columns[column].style.exponents) continue;
        refuse(column, "with exponents in an order", "columns of so many decimals",
               "say its decimals");
      }
    }
    for (const Constraints::Bound& bound : constraints_.bounds) {
      require_number(bound.column, "a bound", {});
      if (constraints_.derived_at(bound.column) == nullptr) continue;
      refuse(bound.column, "with a formula in a bound", "bounds of columns that are drawn",
             "leave the bound out, or give the columns that it is made of bounds");
    }
    for (const Constraints::Sum& sum : constraints_.sums) require_sum(sum);
    for (const Constraints::Combination& one : constraints_.combinations) {
      for (const std::size_t column : one.columns) {
        require_choice(column);
        require_free(column, "a combination", 1);
      }
    }
    for (const Constraints::Derived& derived : constraints_.derived) {
      require_number(derived.column, "a formula", {});
      const auto twice = std::count_if(
          constraints_.derived.begin(), constraints_.derived.end(),
          [&](const Constraints::Derived& one) { return one.column == derived.column; });
      if (twice > 1) refuse(derived.column, "with two formulas", "one", "leave one of them out");
    }
    const Turns turns = orders_in_turn(constraints_);
    if (!turns.stuck.empty()) refuse(turns.stuck[0], "in a circle of orders", no_circle);
    for (const auto& [column, formula] : derived_formulas(schema_, where_)) {
      for (const std::size_t from : formula.columns()) {
        require_number(from, "a formula", {.curves = true});
      }
    }
  }

 private:
  // What is found is said of one column: "column 'x' VERB".
  [[noreturn]] void refuse(std::size_t column, const std::string& found, const std::string& allowed,
                           const std::string& remedy = "") const {
    throw Error(
        ErrorCode::bad_config,
        {"bad schema", where_, "column '" + shortened(schema_.columns[column].name) + "' " + found,
         allowed, remedy});
  }
  [[noreturn]] void refuse_kind(std::size_t column, const char* constraint,
                                const std::string& allowed) const {
    refuse(column, "of kind " + to_text(schema_.columns[column].kind) + " in " + constraint,
           allowed, "leave it out, or give the column another kind");
  }

  // What numbers may also be.
  struct Also {
    bool dates = false, curves = false, booleans = true;
  };
  void require_number(std::size_t at, const char* constraint, const Also& also) const {
    const ColumnSchema& column = schema_.columns[at];
    const bool other = (!also.dates && !column.format.empty()) ||
                       (!also.curves && column.kind == ColumnKind::curve) ||
                       (!also.booleans && column.kind == ColumnKind::boolean);
    if (column.drawn() && column.numeric && !other) return;
    refuse_kind(
        at, constraint,
        also.dates ? "columns of numbers or dates" : "columns of numbers that are no dates");
  }

  // Days are no seconds, and neither are mere numbers.
  void require_one_unit(const Constraints::Order& order) const {
    const auto unit = [&](std::size_t column) {
      const std::string& format = schema_.columns[column].format;
      const bool date = format.find('Y') != std::string::npos;
      const bool time = format.find('H') != std::string::npos;
      return date && time ? "dates with times" : date ? "dates" : time ? "times of day" : "numbers";
    };
    const std::string lower = unit(order.lower), upper = unit(order.upper);
    if (lower == upper) return;
    refuse(order.upper, "of " + upper + " in an order with " + lower, "columns of one kind",
           "leave the order out");
  }

  void require_choice(std::size_t at) const {
    const ColumnSchema& column = schema_.columns[at];
    if (column.drawn() && (column.numeric ? !column.values.empty() : !column.words.empty())) return;
    refuse_kind(at, "a combination", "columns of words, or of few numbers that come again");
  }

  // Neither a formula, nor in more than `most` sums and combinations.
  void require_free(std::size_t column, const char* constraint, int most) const {
    int others = 0;
    for (const Constraints::Sum& sum : constraints_.sums) {
      others += static_cast<int>(std::count(sum.parts.begin(), sum.parts.end(), column));
    }
    for (const Constraints::Combination& one : constraints_.combinations) {
      others += static_cast<int>(std::count(one.columns.begin(), one.columns.end(), column));
    }
    if (constraints_.derived_at(column) == nullptr && others <= most) return;
    refuse(column, "in " + std::string(constraint) + " and in another constraint",
           "a column that is a formula, a part of a constant or of a combination in that alone",
           "leave one of them out");
  }

  void require_sum(const Constraints::Sum& sum) const {
    int decimals = 0;
    for (const std::size_t part : sum.parts) {
      require_number(part, "a constant", {.booleans = false});
      require_free(part, "a constant", 1);
      decimals = std::max(decimals, cell_decimals(schema_.columns[part]));
      if (!schema_.columns[part].style.exponents) continue;
      refuse(part, "with exponents in a constant", "parts of so many decimals", "say its decimals");
    }
    if (sum.parts.size() < 2)
      refuse(sum.parts.front(), "as the one part of a constant", "two or more");
    if (rounded_to(sum.whole, decimals) == sum.whole) return;
    refuse(sum.parts.front(), "as a part of " + exact_text(sum.whole),
           "a constant of no more decimals than its parts have");
  }

  const Schema& schema_;
  const Constraints& constraints_;
  const std::string& where_;
};

}  // namespace

void require_sound_constraints(const Schema& schema, const std::string& where) {
  if (!schema.constraints.empty()) Rules(schema, where).require();
}

std::vector<std::size_t> columns_with_lower_ones(const Constraints& constraints) {
  return orders_in_turn(constraints).done;
}

std::vector<std::pair<std::size_t, Formula>> derived_formulas(const Schema& schema,
                                                              const std::string& where) {
  std::vector<std::string> names;
  for (const ColumnSchema& column : schema.columns) names.push_back(column.name);
  std::vector<std::size_t> columns;
  std::map<std::size_t, Formula> formulas;
  for (const Constraints::Derived& derived : schema.constraints.derived) {
    formulas.emplace(derived.column, Formula(derived.formula, names, where));
    columns.push_back(derived.column);
  }
  const Turns turns = in_turn(columns, [&](std::size_t column, std::size_t other) {
    const std::vector<std::size_t>& from = formulas.at(column).columns();
    return std::find(from.begin(), from.end(), other) != from.end();
  });
  if (!turns.stuck.empty()) {
    throw Error(ErrorCode::bad_config,
                {"bad schema", where,
                 "column '" + shortened(names[turns.stuck[0]]) + "' in a circle of formulas",
                 no_circle, ""});
  }
  std::vector<std::pair<std::size_t, Formula>> sorted;
  for (const std::size_t column : turns.done) {
    sorted.emplace_back(column, std::move(formulas.at(column)));
  }
  return sorted;
}

}  // namespace vgan
