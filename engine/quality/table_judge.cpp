#include "engine/quality/table_judge.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/text.hpp"
#include "engine/metrics/bootstrap.hpp"
#include "engine/metrics/column_shape.hpp"
#include "engine/metrics/pair_trend.hpp"
#include "engine/metrics/sdmetrics.hpp"
#include "engine/metrics/table_intervals.hpp"
#include "engine/metrics/two_sample.hpp"

namespace vgan {
namespace {

std::size_t column_named(const MeasuredRows& rows, const std::string& name) {
  const auto found = std::find_if(rows.columns.begin(), rows.columns.end(),
                                  [&](const MeasuredColumn& c) { return c.name == name; });
  return found == rows.columns.end() ? rows.columns.size() - 1
                                     : static_cast<std::size_t>(found - rows.columns.begin());
}

}  // namespace

TableJudge::TableJudge(TableRows rows, const std::string& outcome, std::uint64_t seed)
    : rows_(std::move(rows)), seed_(seed) {
  if (rows_.training.columns.size() < 2) return;
  outcome_ =
      Outcome::of(stacked(rows_.training, rows_.held_out), column_named(rows_.training, outcome));
}

Figures TableJudge::sdmetrics(const MeasuredRows& rows) const {
  const SdMetricsFigures found = sdmetrics_figures(rows_.held_out, rows, seed_);
  Figures made;
  const auto add = [&](const char* name, const std::optional<double>& value) {
    if (value) made.push_back({name, {*value, {}, {}}, rows.rows, rows_.held_out.rows});
  };
  add("ks-complement", found.ks_complement);
  add("tv-complement", found.tv_complement);
  add("correlation", found.correlation);
  add("contingency", found.contingency);
  return made;
}

std::vector<std::function<Figures()>> TableJudge::pieces(const MeasuredRows& rows,
                                                         MeasureDepth depth) const {
  const MeasuredRows& real = rows_.held_out;
  const auto one = [&rows, &real](const char* name, const Estimate& estimate) {
    return Figures{{name, estimate, rows.rows, real.rows}};
  };
  if (depth == MeasureDepth::quick) {
    return {[=, &rows, &real] {
              return one("shape", {column_shape(real, rows), {}, {}});
            },
            [=, this, &rows, &real] {
              return one("trend", {pair_trend(real, rows, seed_), {}, {}});
            }};
  }
  BootstrapOptions options;
  options.seed = seed_;
  std::vector<std::function<Figures()>> made;
  // The longest first, so that no thread is left with one of them at the end.
  made.emplace_back([=, this, &rows, &real] {
    const auto told = two_sample_estimate(real, rows, seed_, options);
    if (!told) return Figures{};
    const std::int64_t each = std::min({rows.rows, real.rows, most_told});
    return Figures{{"c2st", *told, each, each}};
  });
  if (outcome_) {
    made.emplace_back([=, this, &rows, &real] {
      const auto learned = utility_estimate(*outcome_, rows, real, seed_, options);
      if (!learned) return Figures{};
      return Figures{{"utility", *learned, std::min(rows.rows, most_learned), real.rows}};
    });
  }
  made.emplace_back(
      [=, &rows, &real] { return one("shape", column_shape_estimate(real, rows, options)); });
  made.emplace_back(
      [=, &rows, &real] { return one("trend", pair_trend_estimate(real, rows, options)); });
  made.emplace_back([this, &rows] { return sdmetrics(rows); });
  return made;
}

double TableJudge::share_of_copies(const MeasuredRows& rows) const {
  return rows_.trained_on.share_of_copies(rows);
}

std::vector<MeasuredPart> TableJudge::columns(const MeasuredRows& rows) const {
  std::vector<MeasuredPart> made;
  for (std::size_t i = 0; i < rows_.held_out.columns.size(); ++i) {
    const MeasuredColumn& real = rows_.held_out.columns[i];
    made.push_back({real.name, column_shape(real, rows.columns[i]),
                    column_shape(real, rows_.training.columns[i])});
  }
  return made;
}

std::string TableJudge::outcome_text() const {
  if (!outcome_) return "";
  return "Utility is that of predicting " +
         shortened(rows_.training.columns[outcome_->column].name) + ", by " +
         to_text(outcome_->score) + ".";
}

}  // namespace vgan
