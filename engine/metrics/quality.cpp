#include "engine/metrics/quality.hpp"

#include <algorithm>
#include <set>

#include "engine/base/check.hpp"
#include "engine/base/text.hpp"

namespace vgan {
namespace {

constexpr std::size_t most_classes = 1000;

const Trials& enough(const Trials& trials) {
  trials.require_consistent();
  if (trials.count >= QualityJudge::fewest) return trials;
  throw Error(ErrorCode::bad_data,
              {"cannot judge quality", trials.source, counted(trials.count, "trial"),
               std::to_string(QualityJudge::fewest) + " or more", ""});
}

}  // namespace

std::size_t ClassShares::smallest() const {
  return static_cast<std::size_t>(std::min_element(shares.begin(), shares.end()) - shares.begin());
}

QualityJudge::QualityJudge(const Trials& training, const Trials& held_out)
    : units_(TrialUnits::of(enough(training))), components_(training, units()) {
  const Features all = components_.project(TrialRows(enough(held_out)).in(units()));
  held_out_gaussian_ = fit_gaussian(all);
  held_out_ = all.spread(most_balls);
  const std::set<std::int32_t> labels(training.labels.begin(), training.labels.end());
  if (labels.size() < 2 || labels.size() > most_classes) return;
  require(!held_out.labels.empty(), "quality", "held-out trials without labels",
          "as many as trials");
  const TrialRows rows = TrialRows(training, most_neighbours).in(units());
  neighbours_ = components_.project(rows);
  for (std::int64_t i = 0; i < rows.count(); ++i) {
    neighbour_labels_.push_back(training.labels[static_cast<std::size_t>(rows.trial(i))]);
  }
  const std::set<std::int32_t> known(neighbour_labels_.begin(), neighbour_labels_.end());
  labels_.assign(known.begin(), known.end());
  const std::vector<std::int32_t> found = classes_of(all);
  std::int64_t right = 0;
  for (std::size_t i = 0; i < found.size(); ++i) right += found[i] == held_out.labels[i] ? 1 : 0;
  classes_right_ = static_cast<double>(right) / static_cast<double>(found.size());
}

std::vector<std::int32_t> QualityJudge::classes_of(const Features& features) const {
  std::vector<std::int32_t> classes;
  for (const std::int64_t row : nearest(neighbours_, features)) {
    classes.push_back(neighbour_labels_[static_cast<std::size_t>(row)]);
  }
  return classes;
}

Quality QualityJudge::judge(const TrialRows& trials) const {
  require(trials.count() >= fewest, "quality", std::to_string(trials.count()) + " trials",
          std::to_string(fewest) + " or more");
  const Features features = components_.project(trials.in(units()));
  Quality made;
  made.count = features.rows;
  made.distance = frechet_distance(held_out_gaussian_, fit_gaussian(features));
  const PrecisionRecall found =
      precision_recall(held_out_, features.spread(most_balls), neighbours);
  made.precision = found.precision;
  made.recall = found.recall;
  if (labels_.empty()) return made;
  ClassShares classes{labels_, std::vector<double>(labels_.size(), 0.0)};
  for (const std::int32_t label : classes_of(features)) {
    const auto at = std::lower_bound(labels_.begin(), labels_.end(), label) - labels_.begin();
    classes.shares[static_cast<std::size_t>(at)] += 1.0 / static_cast<double>(features.rows);
  }
  made.classes = std::move(classes);
  return made;
}

}  // namespace vgan
