#include "engine/metrics/class_measures.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "engine/base/check.hpp"
#include "engine/metrics/grouped_counts.hpp"
#include "engine/stats/code_clusters.hpp"

namespace vgan {
namespace {

// How often each class comes, by group of rows; the last cell is that of all other labels.
struct CountedClasses {
  CountedClasses(std::span<const std::int32_t> labels, std::span<const std::int32_t> classes,
                 std::uint64_t seed, std::uint64_t side)
      : draws(std::ssize(labels), seed, side), counts(draws, classes.size() + 1) {
    for (std::int64_t row = 0; row < std::ssize(labels); ++row) {
      const std::int32_t label = labels[static_cast<std::size_t>(row)];
      const auto found = std::lower_bound(classes.begin(), classes.end(), label);
      const bool known = found != classes.end() && *found == label;
      counts.add(row, known ? static_cast<std::size_t>(found - classes.begin()) : classes.size());
    }
  }
  CountedClasses(const CountedClasses&) = delete;  // counts refer to draws

  Resampling draws;
  GroupedCounts counts;
};

struct Figures {
  double difference = 0.0, modes = 0.0, smallest = 1.0;
};

Figures figures_of(const std::vector<double>& real, const std::vector<double>& generated) {
  Figures made;
  made.difference = total_variation(real, generated);
  for (std::size_t i = 0; i + 1 < real.size();
       ++i) {  // the last is of labels that real ones have not
    made.modes += generated[i] > 0.0 && generated[i] >= present_share * real[i] ? 1.0 : 0.0;
    made.smallest = std::min(made.smallest, generated[i]);
  }
  return made;
}

}  // namespace

std::vector<std::int32_t> classes_of(std::span<const std::int32_t> labels) {
  std::vector<std::int32_t> made(labels.begin(), labels.end());
  std::sort(made.begin(), made.end());
  made.erase(std::unique(made.begin(), made.end()), made.end());
  return made;
}

ClassShares class_shares(std::span<const std::int32_t> labels,
                         std::span<const std::int32_t> classes) {
  require(!labels.empty() && !classes.empty(), "shares of classes", "no labels", "one or more");
  ClassShares made{{classes.begin(), classes.end()},
                   CountedClasses(labels, classes, 1, 0).counts.shares()};
  made.shares.pop_back();
  return made;
}

ClassFigures class_figures(std::span<const std::int32_t> real,
                           std::span<const std::int32_t> generated,
                           const BootstrapOptions* options) {
  require(!real.empty() && !generated.empty(), "classes", "no labels", "one or more");
  const std::vector<std::int32_t> classes = classes_of(real);
  const std::uint64_t seed = options == nullptr ? 1 : options->seed;
  const CountedClasses one(real, classes, seed, 0), two(generated, classes, seed, 1);
  const Figures found = figures_of(one.counts.shares(), two.counts.shares());
  ClassFigures made{{found.difference}, {found.modes}, {found.smallest}};
  if (options == nullptr) return made;
  std::vector<double> differences, modes, smallest;
  for (std::int64_t which = 0; which < options->resamples; ++which) {
    const Figures again = figures_of(one.counts.shares(one.draws.counts(which)),
                                     two.counts.shares(two.draws.counts(which)));
    differences.push_back(again.difference);
    modes.push_back(again.modes);
    smallest.push_back(again.smallest);
  }
  made.difference =
      centred_interval(found.difference, std::move(differences), options->inside, 0.0, 1.0);
  made.modes = percentile_interval(found.modes, std::move(modes), options->inside);
  made.smallest = percentile_interval(found.smallest, std::move(smallest), options->inside);
  return made;
}

FeatureModes::FeatureModes(const Features& training, std::int64_t clusters, std::uint64_t seed)
    : columns_(training.columns) {
  require(training.rows > 0 && clusters >= 1, "clusters",
          std::to_string(clusters) + " of " + std::to_string(training.rows) + " rows",
          "one or more of one or more");
  const Features rows = training.spread(most_rows);
  const std::vector<std::int64_t> owner =
      code_clusters({rows.values.data(), rows.rows, columns_, columns_}, clusters, seed);
  const auto columns = static_cast<std::size_t>(columns_);
  std::vector<double> sums(static_cast<std::size_t>(clusters) * columns, 0.0);
  std::vector<double> members(static_cast<std::size_t>(clusters), 0.0);
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    const auto cluster = static_cast<std::size_t>(owner[static_cast<std::size_t>(row)]);
    members[cluster] += 1.0;
    for (std::size_t j = 0; j < columns; ++j)
      sums[cluster * columns + j] += double{rows.row(row)[j]};
  }
  for (std::size_t cluster = 0; cluster < members.size(); ++cluster) {
    if (members[cluster] == 0.0) continue;
    ++count_;
    for (std::size_t j = 0; j < columns; ++j) {
      centres_.push_back(sums[cluster * columns + j] / members[cluster]);
    }
  }
}

std::vector<std::int32_t> FeatureModes::of(const Features& features) const {
  require(features.columns == columns_, "clusters", std::to_string(features.columns) + " columns",
          std::to_string(columns_));
  std::vector<std::int32_t> made;
  made.reserve(static_cast<std::size_t>(features.rows));
  for (std::int64_t row = 0; row < features.rows; ++row) {
    double best = std::numeric_limits<double>::infinity();
    std::int64_t nearest = 0;
    for (std::int64_t k = 0; k < count_; ++k) {
      double sum = 0.0;
      for (std::int64_t j = 0; j < columns_; ++j) {
        const double apart =
            double{features.row(row)[j]} - centres_[static_cast<std::size_t>(k * columns_ + j)];
        sum += apart * apart;
      }
      if (!(sum < best)) continue;
      best = sum;
      nearest = k;
    }
    made.push_back(static_cast<std::int32_t>(nearest));
  }
  return made;
}

}  // namespace vgan
