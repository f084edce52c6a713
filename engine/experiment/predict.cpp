#include "engine/experiment/predict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "engine/base/clock.hpp"
#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/checkpoint/checkpoint.hpp"
#include "engine/encode/cell_distribution.hpp"
#include "engine/experiment/asked_column.hpp"
#include "engine/experiment/cell_predictor.hpp"
#include "engine/experiment/curve_prediction.hpp"
#include "engine/experiment/interval.hpp"
#include "engine/experiment/known_values.hpp"
#include "engine/experiment/model_predictor.hpp"
#include "engine/experiment/prediction_file.hpp"
#include "engine/experiment/row_support.hpp"
#include "engine/experiment/word_shares.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/given_rows.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/run/run_files.hpp"

namespace vgan {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

void check(const PredictRequest& request) {
  if (request.given.empty()) refuse_setting("given", "no file", "a table of given values");
  require_level(request.level);
  require_table_name(request.out);
}

/// A column that rows leave free.
struct FreeColumn {
  std::size_t cells = 0;               ///< which column of cells
  std::size_t column = 0;              ///< which of Schema::columns
  std::vector<std::int64_t> rows;      ///< that do
  const CurveScores* curve = nullptr;  ///< whose first score it is; nullptr: none
};

bool has_column(const FreeColumn& free, std::size_t column, const Schema& schema) {
  if (free.curve == nullptr) return free.column == column;
  const CurveColumns own = columns_of(*free.curve, schema);
  return column >= own.first && column < own.end;
}

std::vector<FreeColumn> free_columns(const GivenRows& given, const std::vector<CellPlace>& places,
                                     const GeneratorModel& model) {
  std::vector<FreeColumn> made;
  for (std::size_t j = 0; j < places.size(); ++j) {
    const CurveScores* curve = model.cells->curve_of(j);
    if (places[j].only_missing || GivenRows::is_tied(places[j].column, *model.schema)) continue;
    if (curve != nullptr && j > 0 && model.cells->curve_of(j - 1) == curve) continue;
    FreeColumn one{j, places[j].column, {}, curve};
    for (std::int64_t row = 0; row < given.rows(); ++row) {
      if (!given.is_given(row, j)) one.rows.push_back(row);
    }
    if (!one.rows.empty()) made.push_back(std::move(one));
  }
  return made;
}

// Only what was asked for; of a curve, all of whose samples are predicted together, any of them.
std::vector<FreeColumn> asked_of(std::vector<FreeColumn> free, const std::vector<std::size_t>& of,
                                 const Schema& schema) {
  if (of.empty()) return free;
  for (const std::size_t column : of) {
    const bool there = std::any_of(free.begin(), free.end(), [&](const FreeColumn& one) {
      return has_column(one, column, schema);
    });
    if (there) continue;
    refuse_setting("of", "'" + shortened(schema.columns[column].name) + "', which every row gives",
                   "a column that some row leaves free");
  }
  std::erase_if(free, [&](const FreeColumn& one) {
    return std::none_of(of.begin(), of.end(),
                        [&](std::size_t column) { return has_column(one, column, schema); });
  });
  return free;
}

std::string left_out(const Schema& schema) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    if (!schema.columns[i].drawn() || !GivenRows::is_tied(i, schema)) continue;
    names.push_back(schema.columns[i].name);
  }
  if (names.empty()) return "";
  return "left out, as constraints tie them to others: " + joined(names);
}

// Says of which columns the network saw other values than were given.
void note_nearest(const GivenRows& given, const std::vector<CellPlace>& places,
                  const GeneratorModel& model, std::vector<std::string>& notes) {
  for (std::size_t j = 0; j < places.size(); ++j) {
    if (places[j].only_missing || model.cells->curve_of(j) != nullptr) continue;
    const CellColumn& column = model.cells->columns()[j];
    std::int64_t rows = 0;
    for (std::int64_t row = 0; row < given.rows(); ++row) {
      if (!given.is_given(row, j)) continue;
      rows += is_between(given.value(row, places[j].column), column) ? 1 : 0;
    }
    if (rows == 0) continue;
    notes.push_back(counted(rows, "row") + (rows == 1 ? " gives '" : " give '") +
                    model.schema->columns[places[j].column].name +
                    "' a number that is none of the " + std::to_string(column.values().size()) +
                    " that the model knows: the nearest of these was taken");
  }
}

/// Fills a result, a column at a time.
class Prediction {
 public:
  Prediction(const PredictRequest& request, const GeneratorModel& model, const GivenRows& given,
             const std::vector<CellPlace>& places, const std::vector<std::size_t>& of,
             const KnownValues& known, CellPredictor& predictor, PredictResult& result)
      : model_(model),
        given_(given),
        places_(places),
        of_(of),
        known_(known),
        predictor_(predictor),
        result_(result),
        level_(request.level) {}

  void add(const FreeColumn& column) {
    if (column.curve != nullptr) return add_curve(column);
    model_.schema->columns[column.column].numeric ? add_numbers(column) : add_words(column);
  }

 private:
  void add_curve(const FreeColumn& free) {
    const CurveColumns columns = columns_of(*free.curve, *model_.schema);
    auto samples = predict_curve(*free.curve, model_, given_, free.rows, level_, predictor_);
    for (std::size_t column = columns.first; column < columns.end; ++column) {
      if (!of_.empty() && std::find(of_.begin(), of_.end(), column) == of_.end()) continue;
      PredictResult::Numbers& made =
          result_.numbers.emplace_back(std::move(samples[column - columns.first]));
      const auto known = known_.find(column);
      if (known != known_.end()) result_.checked_numbers.push_back(check_of(made, known->second));
    }
  }

  void add_numbers(const FreeColumn& free) {
    const CellColumn& column = model_.cells->columns()[free.cells];
    const std::vector<double> none(static_cast<std::size_t>(given_.rows()), no_value);
    PredictResult::Numbers& made = result_.numbers.emplace_back(
        PredictResult::Numbers{model_.schema->columns[free.column].name, none, none, none, none});
    each(free, [&](std::int64_t row, std::span<const float> shares) {
      const CellDistribution distribution(column, shares);
      made.mean[static_cast<std::size_t>(row)] = distribution.mean();
      made.median[static_cast<std::size_t>(row)] = distribution.quantile(0.5);
    });
    const std::vector<Interval> intervals =
        intervals_of(predictor_, model_, given_, free.rows, free.cells, level_);
    for (std::size_t i = 0; i < intervals.size(); ++i) {
      made.low[static_cast<std::size_t>(free.rows[i])] = intervals[i].low;
      made.high[static_cast<std::size_t>(free.rows[i])] = intervals[i].high;
    }
    const auto known = known_.find(free.column);
    if (known != known_.end()) result_.checked_numbers.push_back(check_of(made, known->second));
  }

  void add_words(const FreeColumn& free) {
    const ColumnSchema& schema = model_.schema->columns[free.column];
    const CellColumn& column = model_.cells->columns()[free.cells];
    const auto rows = static_cast<std::size_t>(given_.rows());
    PredictResult::Words& made = result_.words.emplace_back(PredictResult::Words{
        schema.name, std::vector<std::string>(rows), std::vector<double>(rows, no_value)});
    const auto known = known_.find(free.column);
    std::vector<double> of_known(rows, no_value);
    each(free, [&](std::int64_t asked, std::span<const float> shares) {
      const auto row = static_cast<std::size_t>(asked);
      const std::vector<double> words =
          word_shares(column, places_[free.cells].missing, schema.words.size(), shares);
      const auto most = std::max_element(words.begin(), words.end());
      made.word[row] = schema.words[static_cast<std::size_t>(most - words.begin())];
      made.probability[row] = *most;
      if (known == known_.end()) return;
      const double word = known->second[row];
      if (word >= 0.0) of_known[row] = words[static_cast<std::size_t>(word)];
    });
    if (known == known_.end()) return;
    result_.checked_words.push_back(check_of(made, known->second, of_known, schema));
  }

  void each(const FreeColumn& free, const CellPredictor::Take& take) {
    predictor_.predict(free.rows, free.cells, showing(given_), take);
  }

  const GeneratorModel& model_;
  const GivenRows& given_;
  const std::vector<CellPlace>& places_;
  const std::vector<std::size_t>& of_;
  const KnownValues& known_;
  CellPredictor& predictor_;
  PredictResult& result_;
  double level_;
};

KnownValues known_values(const PredictRequest& request, const std::vector<FreeColumn>& free,
                         const Schema& schema, std::int64_t rows) {
  if (request.check.empty()) return {};
  std::vector<std::size_t> columns;
  for (const FreeColumn& one : free) {
    columns.push_back(one.column);
    const std::size_t samples = one.curve != nullptr ? one.curve->count() : 1;
    for (std::size_t t = 1; t < samples; ++t) columns.push_back(one.column + t);
  }
  return read_known_values(request.check, schema, columns, rows);
}

}  // namespace

PredictResult predict(const PredictRequest& request) {
  check(request);
  const LoadedCheckpoint loaded = load_chosen(request.model, request.which);
  const GeneratorModel model = read_model(loaded.checkpoint, loaded.file.string());
  require_cells(model, "predict", loaded.file.string());
  if (request.out != "-") {
    require_kept("out", request.out, {request.given, request.check, loaded.file.string()});
    require_not_of_run("out", request.out, loaded.file, model.config);
  }
  const Schema& schema = *model.schema;
  const GivenRows given = GivenRows::read(request.given, model, false);
  const std::vector<CellPlace> places = cell_places(*model.cells, schema);
  const std::vector<std::size_t> of =
      request.of.empty() ? std::vector<std::size_t>{} : asked_columns("of", request.of, schema);
  const std::vector<FreeColumn> free = asked_of(free_columns(given, places, model), of, schema);
  const KnownValues known = known_values(request, free, schema, given.rows());
  if (request.out != "-") make_folder_of(request.out);

  ModelPredictor::Options options{
      request.device, request.threads, request.raw_weights, request.block_rows, [&] {
        if (!request.stop_requested || !request.stop_requested()) return;
        throw Error(ErrorCode::interrupted, {"stopped on request", request.out, "", "",
                                             request.out == "-" ? "" : "nothing was written"});
      }};
  ModelPredictor opened(model, loaded.checkpoint, options);
  CellPredictor& predictor = opened.predictor();
  const auto start = Clock::now();
  PredictResult result;
  result.rows = given.rows();
  Prediction prediction(request, model, given, places, of, known, predictor, result);
  for (const FreeColumn& column : free) prediction.add(column);
  result.support = RowSupport(*model.cells, places, predictor).of(given);
  write_predictions(request.out, given, schema, result);
  result.checkpoint = loaded.file;
  result.chosen = loaded.chosen;
  result.epoch = model.epoch;
  result.seconds = seconds_since(start);
  const std::string line = of.empty() ? left_out(schema) : "";
  if (!line.empty()) result.notes.push_back(line);
  note_nearest(given, places, model, result.notes);
  note_model(model, loaded, result.notes);
  return result;
}

}  // namespace vgan
