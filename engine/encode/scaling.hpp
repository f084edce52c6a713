// How the numbers of data stand to those that a network sees, either way.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/encode/scale_kind.hpp"

namespace vgan {

/// How one column, or all values, lie in the network's range. `bulk_low` to `bulk_high` is linear.
/// Where `low` or `high` is far outside of it, what lies between is linear too, over a twentieth of
/// the network's range: a tail, so that few outliers do not flatten the rest. Without a tail the
/// ends are the same.
struct Scale {
  double low, bulk_low, bulk_high, high;

  bool operator==(const Scale&) const = default;
  bool is_constant() const { return low == high; }
  bool has_tails() const { return low < bulk_low || bulk_high < high; }
  /// From a number to 0 (`low`) to 1 (`high`); beyond them on the same line, held where there is a
  /// tail. A constant is 0.5.
  double position(double value) const;
  /// The inverse. `low`, `high` and a constant come back as they are.
  double value(double position) const;
};

/// What the settings `scale` and `range` ask for.
struct ScalingChoice {
  ScaleKind scale = ScaleKind::automatic;
  std::string range;  ///< "LOW:HIGH" in place of it; "" = none
};

/// Throws bad_config for a range that is none, and for both at once.
void require_scaling_choice(const ScalingChoice& choice);

/// Numbers of the network: `low` to 1. `bounded`: its outputs cannot leave that range.
struct NetworkNumbers {
  double low = -1.0;
  bool bounded = true;
};

class Scaling {
 public:
  /// Bytes as they are: u8 of 0 to 255, which devices scale themselves.
  Scaling() = default;
  /// One range for all values. `low` is below `high`, their difference finite.
  static Scaling linear(double low, double high, double network_low);
  /// By training trials, whose values are finite. `auto` is bytes for u8; `low` to `high` of data
  /// that say so themselves (Trials::by_values); else each column's own for rows, one for all
  /// values for images and curves. Throws bad_config as require_scaling_choice; bad_data, with row
  /// and column, for a value outside a range that was given, and for values further apart than a
  /// double can say.
  static Scaling fit(const Trials& trials, const ScalingChoice& choice,
                     const NetworkNumbers& network);
  /// A scaling that was saved: 1 scale, or one for each column.
  Scaling(std::vector<Scale> scales, double network_low);

  bool bytes() const { return scales_.empty(); }
  const std::vector<Scale>& scales() const { return scales_; }
  bool operator==(const Scaling&) const = default;
  /// The least and the greatest number of all columns; bytes: 0 and 255.
  double low() const;
  double high() const;
  /// Whether `value` is from the column's low to its high.
  bool contains(double value, std::int64_t column) const;

  /// For the network. Not of bytes.
  float encode(double value, std::int64_t column) const;
  /// In the data's own units, of what a sampler hands out as floats: the network's numbers, or for
  /// bytes 0 to 1.
  double decode(float number, std::int64_t column) const;
  /// Whole trials of `size` numbers each.
  void decode(std::span<const float> numbers, std::int64_t size, std::vector<double>& values) const;
  /// All trials [count, size] as the network sees them. Not of bytes.
  std::vector<float> encoded(const Trials& trials) const;

  /// One line for people: "-3 to 5", "each of 4 columns by its own range, 1 with a tail of
  /// outliers".
  std::string text() const;

 private:
  const Scale& scale_of(std::int64_t column) const {
    return scales_[scales_.size() == 1 ? 0 : static_cast<std::size_t>(column)];
  }

  std::vector<Scale> scales_;
  double network_low_ = -1.0;
};

}  // namespace vgan
