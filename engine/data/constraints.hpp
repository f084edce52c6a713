// What holds in every row of a table, and so in every row that is drawn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace vgan {

/// Columns are meant by their places among Schema::columns, from 0.
struct Constraints {
  /// One number is never above another: lower <= upper, or lower < upper.
  struct Order {
    std::size_t lower = 0;
    std::size_t upper = 0;
    bool strict = false;

    bool operator==(const Order&) const = default;
  };
  /// Numbers never lie beyond a bound: column >= value, or column <= value.
  struct Bound {
    std::size_t column = 0;
    double value = 0.0;
    bool upper = false;
    bool strict = false;

    bool operator==(const Bound&) const = default;
  };
  /// Numbers add up to a constant: the parts of a mixture.
  struct Sum {
    std::vector<std::size_t> parts;
    double whole = 0.0;

    bool operator==(const Sum&) const = default;
  };
  /// A number is a given function of others, see Formula; it is not trained on.
  struct Derived {
    std::size_t column = 0;
    std::string formula;

    bool operator==(const Derived&) const = default;
  };
  /// Values that only come in the combinations that were seen.
  struct Combination {
    std::vector<std::size_t> columns;
    /// For each combination, in ascending order, which of the words or values of each column; -1:
    /// none.
    std::vector<std::vector<std::int32_t>> seen;

    bool operator==(const Combination&) const = default;
  };

  /// All but the formulas, as the user says them: what orders, bounds, sums and combinations hold.
  std::vector<std::string> texts;
  std::vector<Order> orders;
  std::vector<Bound> bounds;
  std::vector<Sum> sums;
  std::vector<Derived> derived;
  std::vector<Combination> combinations;

  bool empty() const { return texts.empty() && derived.empty(); }
  /// The formula of a column; nullptr: it has none.
  const Derived* derived_at(std::size_t column) const;
  /// The combination that a column is part of; nullptr: none.
  const Combination* combination_at(std::size_t column) const;
  /// Whether the column's number is settled by an order or a sum after a network has drawn it, so
  /// that it is drawn as a number and not as one of a few values.
  bool is_settled(std::size_t column) const;
  bool operator==(const Constraints&) const = default;
};

}  // namespace vgan
