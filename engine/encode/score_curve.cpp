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

double mid_rank_score(const Tie& tie, std::size_t rows) {
  return normal_quantile((static_cast<double>(tie.below) + 0.5 * static_cast<double>(tie.rows)) /
                         static_cast<double>(rows));
}

// Where `at` lies between the two knots around it, by the members that are given and wanted.
double along(const std::vector<ScoreCurve::Knot>& knots, double at, double ScoreCurve::Knot::*given,
             double ScoreCurve::Knot::*wanted) {
  if (!(at > knots.front().*given)) return knots.front().*wanted;
  if (at >= knots.back().*given) return knots.back().*wanted;
  const auto above = std::upper_bound(
      knots.begin(), knots.end(), at,
      [&](double number, const ScoreCurve::Knot& knot) { return number < knot.*given; });
  const ScoreCurve::Knot& a = *(above - 1);
  if (at == a.*given) return a.*wanted;
  const double share = (at - a.*given) / ((*above).*given - a.*given);
  // A share that was rounded to 1 may lead beyond the knot above by a last digit.
  return std::min(a.*wanted + share * ((*above).*wanted - a.*wanted), (*above).*wanted);
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
  const std::size_t rows = values.size();
  double mean = 0.0, square = 0.0;
  for (const Tie& tie : ties) {
    const double score = mid_rank_score(tie, rows);
    const double share = static_cast<double>(tie.rows) / static_cast<double>(rows);
    mean += share * score;
    square += share * score * score;
  }
  const double deviation = std::sqrt(square - mean * mean);
  std::vector<Knot> knots;
  for (const Tie& tie : thinned(ties, rows)) {
    knots.push_back(
        {tie.value, ties.size() == 1 ? 0.0 : (mid_rank_score(tie, rows) - mean) / deviation});
  }
  return ScoreCurve(std::move(knots));
}

double ScoreCurve::score(double value) const {
  return along(knots_, value, &Knot::value, &Knot::score);
}

double ScoreCurve::value(double score) const {
  return along(knots_, score, &Knot::score, &Knot::value);
}

}  // namespace vgan
