#include "engine/quality/row_space.hpp"

#include <utility>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"

namespace vgan {
namespace {

// Features as trials, which principal components are found in.
Trials trials_of(Features features) {
  Trials made;
  made.count = features.rows;
  made.shape = {1, features.columns, 1, TrialKind::row};
  made.values = std::move(features.values);
  made.source = "rows";
  return made;
}

}  // namespace

RowSpace::RowSpace(const MeasuredRows& training)
    : coded_(training), columns_(training.columns.size()) {
  if (coded_.size() <= most_columns) return;
  components_ = std::make_unique<PrincipalComponents>(trials_of(coded_.features(training)));
}

Features RowSpace::features(const MeasuredRows& rows) const {
  Features made = coded_.features(rows);
  if (!components_) return made;
  const Trials trials = trials_of(std::move(made));
  return components_->project(TrialRows(trials));
}

std::int64_t RowSpace::size() const { return components_ ? components_->size() : coded_.size(); }

std::string RowSpace::text() const {
  const std::string columns =
      counted(columns_, "column") + ", numbers in their deviations, words 1 apart";
  if (!components_) return columns;
  return std::to_string(components_->size()) + " principal components (" +
         fixed_text(100.0 * components_->explained(), 1) + " % of the variance) of " + columns;
}

}  // namespace vgan
