#include "engine/metrics/sdmetrics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/base/check.hpp"
#include "engine/metrics/pair_trend.hpp"
#include "engine/metrics/weighted_rows.hpp"

namespace vgan {
namespace {

void require_kind(const char* measure, bool words, const MeasuredColumn& column) {
  require(column.words == words, measure, column.words ? "words" : "numbers",
          words ? "words" : "numbers");
}

std::vector<double> present_values(const MeasuredColumn& column) {
  std::vector<double> made;
  for (const double value : column.values) {
    if (!std::isnan(value)) made.push_back(value);
  }
  return made;
}

std::optional<double> correlation(const MeasuredColumn& one, const MeasuredColumn& two) {
  double count = 0.0, mean_one = 0.0, mean_two = 0.0;
  for (std::size_t row = 0; row < one.values.size(); ++row) {
    if (std::isnan(one.values[row]) || std::isnan(two.values[row])) continue;
    count += 1.0;
    mean_one += one.values[row];
    mean_two += two.values[row];
  }
  if (count < 2.0) return std::nullopt;
  mean_one /= count;
  mean_two /= count;
  double squares_one = 0.0, squares_two = 0.0, products = 0.0;
  for (std::size_t row = 0; row < one.values.size(); ++row) {
    if (std::isnan(one.values[row]) || std::isnan(two.values[row])) continue;
    const double a = one.values[row] - mean_one, b = two.values[row] - mean_two;
    squares_one += a * a;
    squares_two += b * b;
    products += a * b;
  }
  if (!(squares_one > 0.0) || !(squares_two > 0.0)) return std::nullopt;
  return products / (std::sqrt(squares_one) * std::sqrt(squares_two));
}

std::size_t words_of(const MeasuredColumn& column) {
  double most = -1.0;
  for (const double value : column.values) most = std::max(most, value);  // NaN is never more
  return static_cast<std::size_t>(most + 1.0);
}

// Each row's pair of words as one number, in ascending order; a missing word is word 0.
std::vector<std::uint64_t> word_pairs(const MeasuredColumn& one, const MeasuredColumn& two,
                                      std::uint64_t across) {
  std::vector<std::uint64_t> made;
  made.reserve(one.values.size());
  for (std::size_t row = 0; row < one.values.size(); ++row) {
    const double a = std::isnan(one.values[row]) ? 0.0 : one.values[row] + 1.0;
    const double b = std::isnan(two.values[row]) ? 0.0 : two.values[row] + 1.0;
    made.push_back(static_cast<std::uint64_t>(a) * across + static_cast<std::uint64_t>(b));
  }
  std::sort(made.begin(), made.end());
  return made;
}

// The sum of the differences between the shares of each value in two ordered lists.
double summed_differences(const std::vector<std::uint64_t>& one,
                          const std::vector<std::uint64_t>& two) {
  double sum = 0.0;
  for (std::size_t i = 0, j = 0; i < one.size() || j < two.size();) {
    const std::uint64_t value =
        j == two.size() || (i < one.size() && one[i] < two[j]) ? one[i] : two[j];
    const std::size_t first_i = i, first_j = j;
    while (i < one.size() && one[i] == value) ++i;
    while (j < two.size() && two[j] == value) ++j;
    sum += std::fabs(static_cast<double>(i - first_i) / static_cast<double>(one.size()) -
                     static_cast<double>(j - first_j) / static_cast<double>(two.size()));
  }
  return sum;
}

class Mean {
 public:
  void add(std::optional<double> value) {
    if (!value) return;
    sum_ += *value;
    count_ += 1.0;
  }
  std::optional<double> get() const {
    if (count_ == 0.0) return std::nullopt;
    return sum_ / count_;
  }

 private:
  double sum_ = 0.0, count_ = 0.0;
};

}  // namespace

std::optional<double> ks_complement(const MeasuredColumn& real, const MeasuredColumn& generated) {
  require_kind("KS complement", false, real);
  require_kind("KS complement", false, generated);
  const std::vector<double> one = present_values(real), two = present_values(generated);
  if (one.empty() || two.empty()) return std::nullopt;
  return 1.0 - DistributionPair(one, two).differences().greatest;
}

std::optional<double> tv_complement(const MeasuredColumn& real, const MeasuredColumn& generated) {
  require_kind("TV complement", true, real);
  require_kind("TV complement", true, generated);
  const std::vector<double> one = present_values(real), two = present_values(generated);
  if (one.empty() || two.empty()) return std::nullopt;
  return 1.0 - 0.5 * DistributionPair(one, two).differences().shares;
}

std::optional<double> correlation_similarity(const MeasuredColumn& real_one,
                                             const MeasuredColumn& real_two,
                                             const MeasuredColumn& generated_one,
                                             const MeasuredColumn& generated_two) {
  for (const auto* column : {&real_one, &real_two, &generated_one, &generated_two}) {
    require_kind("similarity of correlations", false, *column);
  }
  const std::optional<double> real = correlation(real_one, real_two);
  const std::optional<double> generated = correlation(generated_one, generated_two);
  if (!real || !generated) return std::nullopt;
  return 1.0 - 0.5 * std::fabs(*real - *generated);
}

std::optional<double> contingency_similarity(const MeasuredColumn& real_one,
                                             const MeasuredColumn& real_two,
                                             const MeasuredColumn& generated_one,
                                             const MeasuredColumn& generated_two) {
  for (const auto* column : {&real_one, &real_two, &generated_one, &generated_two}) {
    require_kind("similarity of contingencies", true, *column);
    if (column->values.empty()) return std::nullopt;
  }
  const std::uint64_t across = std::max(words_of(real_two), words_of(generated_two)) + 1;
  const auto one = word_pairs(real_one, real_two, across);
  const auto two = word_pairs(generated_one, generated_two, across);
  return 1.0 - 0.5 * summed_differences(one, two);
}

SdMetricsFigures sdmetrics_figures(const MeasuredRows& real, const MeasuredRows& generated,
                                   std::uint64_t seed) {
  require_same_columns("figures of SDMetrics", real, generated);
  Mean ks, tv, correlations, contingencies;
  std::vector<std::size_t> kinds[2];  // which columns are numbers, and which are words
  for (std::size_t i = 0; i < real.columns.size(); ++i) {
    const MeasuredColumn &one = real.columns[i], &two = generated.columns[i];
    kinds[one.words ? 1 : 0].push_back(i);
    one.words ? tv.add(tv_complement(one, two)) : ks.add(ks_complement(one, two));
  }
  for (const bool words : {false, true}) {
    const std::vector<std::size_t>& own = kinds[words ? 1 : 0];
    for (const auto& [i, j] : drawn_pairs(own.size(), seed)) {
      const MeasuredColumn &one = real.columns[own[i]], &two = real.columns[own[j]];
      const MeasuredColumn &three = generated.columns[own[i]], &four = generated.columns[own[j]];
      words ? contingencies.add(contingency_similarity(one, two, three, four))
            : correlations.add(correlation_similarity(one, two, three, four));
    }
  }
  return {ks.get(), tv.get(), correlations.get(), contingencies.get()};
}

}  // namespace vgan
