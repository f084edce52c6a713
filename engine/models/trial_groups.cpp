#include "engine/models/trial_groups.hpp"

#include <algorithm>

#include "engine/stats/code_clusters.hpp"
#include "engine/stats/trial_rows.hpp"

namespace vgan {
namespace {

constexpr std::int64_t least_of_a_group = 100;
constexpr std::int64_t most_fitted = 4000;
constexpr std::int64_t least_fitted = 1000;
constexpr std::int64_t most_numbers = most_fitted * 784;  // of all trials that groups are fitted to

std::int64_t fitted_trials(const TrialRows& all) {
  return std::clamp(most_numbers / all.size(), least_fitted, most_fitted);
}

/// Means of the groups, [number of a trial, group]: the groups of a number lie side by side, so
/// that a trial's distances to all of them are one loop.
class GroupMeans {
 public:
  GroupMeans(MatrixView<const float> trials, const std::vector<std::int64_t>& owners,
             std::int64_t groups)
      : groups_(static_cast<std::size_t>(groups)),
        means_(static_cast<std::size_t>(trials.cols) * groups_, 0.0),
        distance_(groups_) {
    std::vector<double> members(groups_, 0.0);
    for (const std::int64_t owner : owners) members[static_cast<std::size_t>(owner)] += 1.0;
    for (std::int64_t i = 0; i < trials.rows; ++i) {
      const auto owner = static_cast<std::size_t>(owners[static_cast<std::size_t>(i)]);
      double* mean = means_.data() + owner;
      for (std::int64_t j = 0; j < trials.cols; ++j, mean += groups_) {
        *mean += static_cast<double>(trials.row(i)[j]) / members[owner];
      }
    }
    // An empty group has no mean, and is nearest to nothing.
    for (const double count : members) penalty_.push_back(count == 0.0 ? 1e300 : 0.0);
  }

  /// The group whose mean is nearest to `trial`.
  std::int32_t nearest(const std::vector<float>& trial) {
    std::copy(penalty_.begin(), penalty_.end(), distance_.begin());
    const double* mean = means_.data();
    for (const float number : trial) {
      const auto x = static_cast<double>(number);
      for (std::size_t k = 0; k < groups_; ++k) {
        distance_[k] += (x - mean[k]) * (x - mean[k]);
      }
      mean += groups_;
    }
    return static_cast<std::int32_t>(std::min_element(distance_.begin(), distance_.end()) -
                                     distance_.begin());
  }

 private:
  std::size_t groups_;
  std::vector<double> means_, distance_, penalty_;
};

}  // namespace

std::int64_t group_count(std::int64_t wanted, const Trials& trials) {
  if (trials.shape.kind != TrialKind::image) return 0;
  const std::int64_t groups = std::min(wanted, trials.count / least_of_a_group);
  return groups < 2 ? 0 : groups;
}

std::vector<std::int32_t> trial_groups(const Trials& trials, std::int64_t groups) {
  const TrialRows all(trials);
  const TrialRows some(trials, fitted_trials(all));
  std::vector<float> rows(static_cast<std::size_t>(some.count() * some.size()));
  for (std::int64_t i = 0; i < some.count(); ++i) some.read(i, rows.data() + i * some.size());
  const MatrixView<const float> fitted{rows.data(), some.count(), some.size(), some.size()};
  constexpr std::uint64_t seed = 0;
  GroupMeans means(fitted, code_clusters(fitted, groups, seed), groups);
  std::vector<std::int32_t> found;
  std::vector<float> trial(static_cast<std::size_t>(all.size()));
  for (std::int64_t i = 0; i < all.count(); ++i) {
    all.read(i, trial.data());
    found.push_back(means.nearest(trial));
  }
  return found;
}

}  // namespace vgan
