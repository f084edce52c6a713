#include "engine/metrics/auc_interval.hpp"

#include "engine/base/check.hpp"
#include "engine/metrics/weighted_rows.hpp"

namespace vgan {
double weighted_auc(const SortedRows& positive, std::span<const std::int32_t> positives,
                    const SortedRows& negative, std::span<const std::int32_t> negatives) {
  double above = 0.0, all_positive = 0.0, below = 0.0;
  std::size_t j = 0;
  for (std::size_t i = 0; i < positive.values.size();) {
    const double value = positive.values[i];
    double here = 0.0, beside = 0.0;
    while (i < positive.values.size() && positive.values[i] == value) here += positives[i++];
    while (j < negative.values.size() && negative.values[j] < value) below += negatives[j++];
    while (j < negative.values.size() && negative.values[j] == value) beside += negatives[j++];
    above += here * (below + 0.5 * beside);
    below += beside;
    all_positive += here;
  }
  while (j < negatives.size()) below += negatives[j++];
  return all_positive == 0.0 || below == 0.0 ? 0.5 : above / (all_positive * below);
}

Estimate auc_estimate(std::span<const double> positive, std::span<const double> negative,
                      const BootstrapOptions* options) {
  require(!positive.empty() && !negative.empty(), "AUC", "a side without rows", "one or more");
  const SortedRows above(positive), below(negative);
  const double value = weighted_auc(above, std::vector<std::int32_t>(positive.size(), 1), below,
                                    std::vector<std::int32_t>(negative.size(), 1));
  if (options == nullptr) return {value};
  const Resampling one(std::ssize(positive), options->seed, 0);
  const Resampling two(std::ssize(negative), options->seed, 1);
  auto figures = resampled_figures(one, two, options->resamples, [&](auto first, auto second) {
    return weighted_auc(above, above.weights(one, first), below, below.weights(two, second));
  });
  return percentile_interval(value, std::move(figures), options->inside);
}

}  // namespace vgan
