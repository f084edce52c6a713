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
#include "engine/encode/score_curve.hpp"

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
  /// Where `value` lies between `low`, which is at 0, and `high`, at 1. Values beyond them lie on
  /// the same line, but where there is a tail they are held to 0 and 1. Those of a constant lie at
  /// 0.5.
  double position(double value) const;
  /// The value at a position: the inverse, by which `low`, `high` and a constant come back as they
  /// are.
  double value(double position) const;
};

/// What the settings `scale` and `range` ask for.
struct ScalingChoice {
  ScaleKind scale = ScaleKind::automatic;
  std::string range;  ///< "LOW:HIGH" in place of it; "" = none
};

/// Throws bad_config for a range that is none, and for both at once.
void require_scaling_choice(const ScalingChoice& choice);

/// The numbers that a network sees and puts out: those from `low` to 1.
struct NetworkNumbers {
  double low = -1.0;
  bool bounded = true;  ///< whether its outputs cannot leave that range

  bool operator==(const NetworkNumbers&) const = default;
};

class Scaling {
 public:
  /// The scaling of u8 data: bytes of 0 to 255 stay as they are, for devices scale them.
  Scaling() = default;
  /// The scaling with one range for all values. `low` is below `high`, their difference finite.
  static Scaling linear(double low, double high, double network_low);
  /// The scaling that `choice` asks for, by the training trials, whose values are finite. `auto` is
  /// bytes for u8; `low` to `high` of data that say so themselves (Trials::by_values); else the
  /// scores of each column for the rows of a table, each column's own range for other rows, one for
  /// all values for images and curves. What stands for words and the like in the rows of a table, 0
  /// and 1, stays as it is. Throws bad_config as require_scaling_choice; bad_data, with row and
  /// column, for a value outside a range that was given, and for values further apart than a double
  /// can say.
  static Scaling fit(const Trials& trials, const ScalingChoice& choice,
                     const NetworkNumbers& network);
  /// A scaling that was saved: 1 scale, or one for each column; and the columns that stay as they
  /// are, for none or all of them.
  Scaling(std::vector<Scale> scales, double network_low, std::vector<bool> plain = {});
  /// One that was saved, by scores: a curve for each column, but for those that stay as they are.
  Scaling(std::vector<ScoreCurve> curves, const NetworkNumbers& network, std::vector<bool> plain);

  bool bytes() const { return scales_.empty() && curves_.empty(); }
  /// Empty where there are curves, which then say it.
  const std::vector<Scale>& scales() const { return scales_; }
  const std::vector<ScoreCurve>& curves() const { return curves_; }
  bool operator==(const Scaling&) const = default;
  /// The least and the greatest value of all columns; bytes: 0 and 255.
  double low() const;
  double high() const;
  /// Whether `value` is from the column's low to its high.
  bool contains(double value, std::int64_t column) const;

  /// The network's number for a value of a column. A scaling of bytes has none.
  float encode(double value, std::int64_t column) const;
  /// The value, in the data's own units, of a float that a sampler hands out: a number of the
  /// network, or for bytes one from 0 to 1. A value that was encoded comes back but for the step
  /// from its float to the next; numbers from the network's low to 1, and with scores any, give
  /// values from the column's low to its high.
  double decode(float number, std::int64_t column) const;
  /// Decodes whole trials of `size` numbers each.
  void decode(std::span<const float> numbers, std::int64_t size, std::vector<double>& values) const;
  /// All trials [count, size] as the network sees them. A scaling of bytes has none.
  std::vector<float> encoded(const Trials& trials) const;

  /// One line for people: "-3 to 5", "each of 4 columns by its own range, 1 with a tail of
  /// outliers".
  std::string text() const;

 private:
  bool is_plain(std::int64_t column) const {
    return !plain_.empty() && plain_[static_cast<std::size_t>(column)];
  }
  /// Least and greatest value of a column.
  std::pair<double, double> ends_of(std::int64_t column) const;
  const Scale& scale_of(std::int64_t column) const {
    return scales_[scales_.size() == 1 ? 0 : static_cast<std::size_t>(column)];
  }

  std::vector<Scale> scales_;
  std::vector<ScoreCurve> curves_;
  std::vector<bool> plain_;  ///< for each column whether it stays as it is; or empty: none does
  double network_low_ = -1.0;
  /// Whether scores are put into the network's range; else the network's numbers are the scores.
  bool bounded_ = false;
};

}  // namespace vgan
