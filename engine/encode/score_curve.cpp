#include "engine/encode/score_curve.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

namespace vgan {
namespace {

/// A value with the rows that have it, and those that are below.
struct Tie {
  double value;
  std::size_t below, rows;
};

std::vector<Tie> ties_of(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  std::vector<Tie> ties;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (ties.empty() || ties.back().value != values[i]) ties.push_back({values[i], i, 0});
    ++ties.back().rows;
  }
  return ties;
}

// The outermost 32 values of either end are knots; the others lie in equal steps of rank.
std::vector<Tie> thinned(const std::vector<Tie>& ties, std::size_t rows) {
  constexpr std::size_t outermost = 32;
  if (ties.size() <= ScoreCurve::most_knots) return ties;
  std::vector<Tie> kept(ties.begin(), ties.begin() + outermost);
  const std::size_t steps = ScoreCurve::most_knots - 2 * outermost;
  std::size_t at = outermost;
  for (std::size_t step = 0; step < steps && at < ties.size() - outermost; ++step) {
    const std::size_t wanted = rows * (step + 1) / (steps + 1);
    while (at < ties.size() - outermost && ties[at].below + ties[at].rows <= wanted) ++at;
    if (at < ties.size() - outermost) kept.push_back(ties[at++]);
  }
  kept.insert(kept.end(), ties.end() - outermost, ties.end());
  return kept;
}

// Where `at` lies from `a` to `b`, as a share of `to_b` behind `to_a`, not beyond it by a last
// digit.
double between(double at, double a, double b, double to_a, double to_b) {
  return std::min(to_a + (at - a) / (b - a) * (to_b - to_a), to_b);
}

}  // namespace

// The start has an error below 0.003 (M. Abramowitz, I. A. Stegun, "Handbook of Mathematical
// Functions", 26.2.22); each of Halley's steps triples the digits that are right.
double normal_quantile(double p) {
  const double tail = std::min(p, 1.0 - p);
  const double t = std::sqrt(-2.0 * std::log(tail));
  double z = (2.30753 + 0.27061 * t) / (1.0 + t * (0.99229 + t * 0.04481)) - t;
  for (int step = 0; step < 3; ++step) {
    const double error = 0.5 * std::erfc(-z / std::numbers::sqrt2) - tail;
    const double newton = error * std::sqrt(2.0 * std::numbers::pi) * std::exp(0.5 * z * z);
    z -= newton / (1.0 + 0.5 * z * newton);
  }
  return p < 0.5 ? z : -z;
}

ScoreCurve::ScoreCurve(std::vector<Knot> knots) : knots_(std::move(knots)) {}

ScoreCurve ScoreCurve::fit(std::vector<double> values) {
  const std::vector<Tie> ties = ties_of(values);
  const auto rows = static_cast<double>(values.size());
  const auto score_of_rank = [&](const Tie& tie, double rank) {
    return normal_quantile((static_cast<double>(tie.below) + rank) / rows);
  };
  const auto mid_rank = [](const Tie& tie) { return 0.5 * static_cast<double>(tie.rows); };
  double mean = 0.0, square = 0.0;
  for (const Tie& tie : ties) {
    const double score = score_of_rank(tie, mid_rank(tie));
    const double share = static_cast<double>(tie.rows) / rows;
    mean += share * score;
    square += share * score * score;
  }
  if (ties.size() == 1) return ScoreCurve({{ties[0].value, 0.0, 0.0, 0.0}});
  const double deviation = std::sqrt(square - mean * mean);
  std::vector<Knot> knots;
  for (const Tie& tie : thinned(ties, values.size())) {
    const auto standard = [&](double rank) {
      return (score_of_rank(tie, rank) - mean) / deviation;
    };
    const double score = standard(mid_rank(tie));
    const double last = static_cast<double>(tie.rows) - 0.5;
    knots.push_back(
        {tie.value, score, std::min(standard(0.5), score), std::max(standard(last), score)});
  }
  return ScoreCurve(std::move(knots));
}

double ScoreCurve::score(double value) const {
  if (!(value > low())) return low_score();
  if (value >= high()) return high_score();
  const auto above =
      std::upper_bound(knots_.begin(), knots_.end(), value,
                       [](double number, const Knot& knot) { return number < knot.value; });
  const Knot &a = *(above - 1), &b = *above;
  return value == a.value ? a.score : between(value, a.value, b.value, a.to, b.from);
}

double ScoreCurve::value(double score) const {
  if (!(score > knots_.front().to)) return low();
  if (score >= knots_.back().from) return high();
  const auto above =
      std::upper_bound(knots_.begin(), knots_.end(), score,
                       [](double number, const Knot& knot) { return number < knot.from; });
  const Knot &a = *(above - 1), &b = *above;
  return score <= a.to ? a.value : between(score, a.to, b.from, a.value, b.value);
}

}  // namespace vgan
