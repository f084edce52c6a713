// Normal scores: a column's values by their ranks, as a standard normal variable would have them.
#pragma once

#include <cstddef>
#include <vector>

namespace vgan {

/// The quantile of the standard normal distribution: z with P(Z <= z) = p, for 0 < p < 1, to 1e-12.
double normal_quantile(double p);

/// A rising, piecewise linear map between values and scores, through its knots. A value that takes
/// the ranks b + 1 to b + c of n has the score normal_quantile((b + c / 2) / n): the normal score
/// of its mid-rank, here standardised over all rows, whose scores ties draw together. On the way
/// back all scores from that of its first rank, of (b + 1/2) / n, to that of its last are the
/// value, so that what half of the rows have is drawn as often, and not near it alone.
class ScoreCurve {
 public:
  struct Knot {
    double value, score;
    double from, to;  ///< scores that are the value: from <= score <= to

    bool operator==(const Knot&) const = default;
  };

  /// Each of up to this many different values is a knot; where there are more, those are that lie
  /// nearest to equal steps of rank, and the outermost of either end.
  static constexpr std::size_t most_knots = 1024;

  /// A curve without knots, for a column that has none.
  ScoreCurve() = default;
  /// A curve that was saved: values rise strictly, scores from knot to knot too (`to` below the
  /// next `from`), and all are finite; 1 knot at least.
  explicit ScoreCurve(std::vector<Knot> knots);
  /// The curve of a column's values: one or more, finite, in any order.
  static ScoreCurve fit(std::vector<double> values);

  bool empty() const { return knots_.empty(); }
  const std::vector<Knot>& knots() const { return knots_; }
  bool is_constant() const { return knots_.size() == 1; }
  double low() const { return knots_.front().value; }
  double high() const { return knots_.back().value; }
  double low_score() const { return knots_.front().score; }
  double high_score() const { return knots_.back().score; }
  /// The score of a value; those between two knots lie between the last score of the one and the
  /// first of the other, those beyond the ends have those of the ends.
  double score(double value) const;
  /// The value of a score, held to the ends: the inverse, which gives the knots' values exactly.
  double value(double score) const;

  bool operator==(const ScoreCurve&) const = default;

 private:
  std::vector<Knot> knots_;
};

}  // namespace vgan
