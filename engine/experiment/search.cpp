#include "engine/experiment/search.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "engine/base/clock.hpp"
#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/encode/cell_distribution.hpp"
#include "engine/experiment/evolution.hpp"
#include "engine/experiment/goal.hpp"
#include "engine/experiment/interval.hpp"
#include "engine/experiment/model_predictor.hpp"
#include "engine/experiment/nearest_real.hpp"
#include "engine/experiment/proposal_file.hpp"
#include "engine/experiment/proposals.hpp"
#include "engine/experiment/row_support.hpp"
#include "engine/files/output_path.hpp"
#include "engine/run/run_files.hpp"

namespace vgan {
namespace {

constexpr std::uint64_t least_budget = 10, most_budget = 1'000'000;
constexpr std::uint64_t drawn_part = 4;  // of the budget, one in so many

void check(const SearchRequest& request) {
  if (request.maximise.empty() && request.minimise.empty()) {
    refuse_setting("maximise", "no goal", "one or more, to maximise or to minimise");
  }
  if (request.budget < least_budget || request.budget > most_budget) {
    refuse_setting("budget", std::to_string(request.budget), "10 to 1000000");
  }
  if (request.count < 1 || request.count > request.budget) {
    refuse_setting("count", std::to_string(request.count), "1 to the budget");
  }
  require_level(request.level);
  require_table_name(request.out);
}

std::vector<Goal> goals_of(const SearchRequest& request, const Schema& schema) {
  std::vector<Goal> goals;
  const auto add = [&](const std::string& text, bool maximise) {
    const Goal made = parse_goal(text, maximise, schema);
    for (const Goal& other : goals) {
      if (other.column != made.column || other.kind != made.kind || other.number != made.number ||
          other.with_number != made.with_number) {
        continue;
      }
      refuse_setting(maximise ? "maximise" : "minimise", "'" + shortened(made.text) + "' again",
                     "each goal once", "leave one of them out");
    }
    goals.push_back(made);
  };
  for (const std::string& text : request.maximise) add(text, true);
  for (const std::string& text : request.minimise) add(text, false);
  return goals;
}

std::vector<std::size_t> columns_of(const std::vector<Goal>& goals) {
  std::vector<std::size_t> columns;
  for (const Goal& goal : goals) {
    const bool there = std::find(columns.begin(), columns.end(), goal.column) != columns.end();
    if (!there) columns.push_back(goal.column);
  }
  return columns;
}

/// What the model says of settings.
class Evaluator {
 public:
  Evaluator(const GeneratorModel& model, const std::vector<CellPlace>& places,
            const std::vector<Goal>& goals, const SettingSpace& space, CellPredictor& predictor)
      : model_(model),
        places_(places),
        goals_(goals),
        space_(space),
        predictor_(predictor),
        support_(*model.cells, places, predictor) {}

  void evaluate(std::span<Candidate> candidates) {
    std::vector<Settings> settings;
    for (const Candidate& one : candidates) settings.push_back(one.settings);
    std::vector<Support> support = support_.of(space_.rows(settings));
    const Corners corners = space_.corners(settings);
    const GivenRows rows = space_.rows(corners.settings);
    if (corners.settings.size() > settings.size()) {  // some lie between: no better than their ends
      const std::vector<Support> ends = support_.of(rows);
      for (std::size_t at = 0; at < ends.size(); ++at) {
        Support& worst = support[corners.of[at]];
        worst = std::max(worst, ends[at]);
      }
    }
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      candidates[i].support = support[i];
      candidates[i].point = {std::vector<double>(goals_.size()), support[i] != Support::outside};
    }
    std::vector<GoalPoint> points(corners.settings.size(),
                                  {std::vector<double>(goals_.size()), true});
    for (const std::size_t column : columns_of(goals_)) evaluate(points, rows, column);
    for (std::size_t at = 0; at < points.size(); ++at) {
      GoalPoint& point = candidates[corners.of[at]].point;
      for (std::size_t k = 0; k < goals_.size(); ++k) {
        point.goals[k] += corners.weights[at] * points[at].goals[k];
      }
    }
  }

  // Puts the intervals of numbers that are goals into the result, at the first goal of each.
  void find_intervals(std::span<const Settings> settings, double level, SearchResult& result) {
    const Corners corners = space_.corners(settings);
    const GivenRows rows = space_.rows(corners.settings);
    for (const std::size_t column : columns_of(goals_)) {
      if (!model_.schema->columns[column].numeric) continue;
      const auto of = std::find_if(goals_.begin(), goals_.end(),
                                   [&](const Goal& goal) { return goal.column == column; });
      SearchResult::Goal& goal = result.goals[static_cast<std::size_t>(of - goals_.begin())];
      goal.low.assign(settings.size(), 0.0);
      goal.high.assign(settings.size(), 0.0);
      const std::vector<Interval> intervals =
          intervals_of(predictor_, model_, rows, all_rows(rows), cells_of(column, places_), level);
      for (std::size_t at = 0; at < intervals.size(); ++at) {
        goal.low[corners.of[at]] += corners.weights[at] * intervals[at].low;
        goal.high[corners.of[at]] += corners.weights[at] * intervals[at].high;
      }
    }
  }

 private:
  // The goals of one column. Where rows were left out, they say what quantiles are.
  void evaluate(std::span<GoalPoint> points, const GivenRows& rows, std::size_t column) {
    const std::size_t cells = cells_of(column, places_);
    const CellColumn& of = model_.cells->columns()[cells];
    std::vector<std::size_t> plain, calibrated;  // which of the goals
    for (std::size_t k = 0; k < goals_.size(); ++k) {
      if (goals_[k].column != column) continue;
      const bool by_rows = !model_.left_out.empty() && is_calibrated(goals_[k], of, *model_.schema);
      (by_rows ? calibrated : plain).push_back(k);
    }
    const auto put = [&](std::int64_t row, std::size_t k, double value) {
      points[static_cast<std::size_t>(row)].goals[k] = goals_[k].maximise ? value : -value;
    };
    const std::vector<std::int64_t> all = all_rows(rows);
    const auto take = [&](std::int64_t row, std::span<const float> shares) {
      for (const std::size_t k : plain) {
        put(row, k, goal_value(goals_[k], of, places_[cells], *model_.schema, shares));
      }
    };
    if (!plain.empty()) predictor_.predict(all, cells, showing(rows), take);
    if (calibrated.empty()) return;
    predict_cross_conformal(predictor_, model_, rows, all, cells,
                            [&](std::int64_t row, const CrossConformal& number) {
                              for (const std::size_t k : calibrated) {
                                put(row, k, goal_value(goals_[k], number));
                              }
                            });
  }

  const GeneratorModel& model_;
  const std::vector<CellPlace>& places_;
  const std::vector<Goal>& goals_;
  const SettingSpace& space_;
  CellPredictor& predictor_;
  RowSupport support_;
};

// The chosen candidates, without their intervals.
SearchResult result_of(const std::vector<Candidate>& all, const std::vector<std::size_t>& chosen,
                       const std::vector<Goal>& goals, const GivenRows& rows,
                       const Schema& schema) {
  SearchResult result;
  result.rows = std::ssize(chosen);
  result.evaluations = all.size();
  for (const std::size_t column : rows.columns()) {
    SearchResult::Setting& made = result.settings.emplace_back();
    made.name = schema.columns[column].name;
    for (std::int64_t row = 0; row < rows.rows(); ++row) {
      made.texts.push_back(rows.text(row, column, schema));
      made.numbers.push_back(rows.value(row, column));
    }
  }
  for (std::size_t k = 0; k < goals.size(); ++k) {
    SearchResult::Goal& made = result.goals.emplace_back();
    made.text = goals[k].text;
    made.maximise = goals[k].maximise;
    made.column = schema.columns[goals[k].column].name;
    made.is_probability = goals[k].is_probability();
    made.format = schema.columns[goals[k].column].format;
    for (const std::size_t at : chosen) {
      const double value = all[at].point.goals[k];
      made.values.push_back(goals[k].maximise ? value : -value);
    }
  }
  for (const std::size_t at : chosen) result.support.push_back(all[at].support);
  return result;
}

void require_no_samples(const std::vector<Goal>& goals, const GeneratorModel& model) {
  for (const Goal& goal : goals) {
    const CurveScores* curve = curve_at(model.cells->curves(), *model.schema, goal.column);
    if (curve == nullptr) continue;
    refuse_setting(
        goal.maximise ? "maximise" : "minimise",
        "'" + shortened(goal.text) + "', of a sample of " + curve_text(*curve, *model.schema),
        "a column that stands alone", "the model knows the curve as a whole");
  }
}

void add_notes(const SettingSpace& space, const GeneratorModel& model,
               const LoadedCheckpoint& loaded, SearchResult& result) {
  const Schema& schema = *model.schema;
  std::vector<std::string> names;
  for (const std::size_t column : space.tied()) {
    const CurveScores* curve = curve_at(model.cells->curves(), schema, column);
    if (curve == nullptr) names.push_back(schema.columns[column].name);
    if (curve == nullptr || columns_of(*curve, schema).first != column) continue;
    result.notes.push_back("left free, as it is no single number: " + curve_text(*curve, schema));
  }
  if (!names.empty()) {
    result.notes.push_back("left free, as constraints tie them to others: " + joined(names));
  }
  if (!result.support.empty() && result.support[0] == Support::outside) {
    result.notes.push_back("all settings that were found lie outside of what the model knows");
  }
  note_model(model, loaded, result.notes);
}

ModelPredictor::Options options_of(const SearchRequest& request) {
  return {request.device, request.threads, request.raw_weights, 0, [&request] {
            if (!request.stop_requested || !request.stop_requested()) return;
            throw Error(ErrorCode::interrupted, {"stopped on request", request.out, "", "",
                                                 request.out == "-" ? "" : "nothing was written"});
          }};
}

}  // namespace

SearchResult search(const SearchRequest& request) {
  check(request);
  const LoadedCheckpoint loaded = load_chosen(request.model, request.which);
  const GeneratorModel model = read_model(loaded.checkpoint, loaded.file.string());
  require_cells(model, "search", loaded.file.string());
  if (request.out != "-") {
    require_kept("out", request.out, {request.real, loaded.file.string()});
    require_not_of_run("out", request.out, loaded.file, model.config);
  }
  const Schema& schema = *model.schema;
  const std::vector<Goal> goals = goals_of(request, schema);
  require_no_samples(goals, model);
  const std::vector<CellPlace> places = cell_places(*model.cells, schema);
  const SettingSpace space(model, places, columns_of(goals), request.where, request.extrapolate);
  std::optional<RealSettings> real;
  if (!request.real.empty()) real.emplace(request.real, space, schema);
  if (request.out != "-") make_folder_of(request.out);

  ModelPredictor opened(model, loaded.checkpoint, options_of(request));
  const auto start = Clock::now();
  Evaluator evaluator(model, places, goals, space, opened.predictor());
  const std::vector<Candidate> all =
      evolve(space, space.drawn(request.budget / drawn_part, request.seed, opened.predictor()),
             {request.budget, request.seed},
             [&](std::span<Candidate> candidates) { evaluator.evaluate(candidates); });
  const std::vector<std::size_t> chosen = propose(all, space, request.count);
  std::vector<Settings> settings;
  for (const std::size_t at : chosen) settings.push_back(all[at].settings);
  const GivenRows rows = space.rows(settings);
  SearchResult result = result_of(all, chosen, goals, rows, schema);
  evaluator.find_intervals(settings, request.level, result);
  for (const Settings& one : settings) {
    if (real) result.nearest.push_back(real->nearest(one));
  }
  write_proposals(request.out, rows, goals, schema, result);
  result.checkpoint = loaded.file;
  result.chosen = loaded.chosen;
  result.epoch = model.epoch;
  result.seconds = seconds_since(start);
  add_notes(space, model, loaded, result);
  return result;
}

}  // namespace vgan
