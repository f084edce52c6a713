#include "engine/report/outcome_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "engine/data/table_trials.hpp"
#include "engine/encode/cell_distribution.hpp"
#include "engine/encode/cell_places.hpp"
#include "engine/experiment/interval.hpp"
#include "engine/experiment/model_predictor.hpp"
#include "engine/experiment/word_shares.hpp"
#include "engine/generate/given_rows.hpp"

namespace vgan {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// The last drawn outcome that the model knows as one column of cells.
std::optional<std::size_t> outcome_of(const GeneratorModel& model) {
  const Schema& schema = *model.schema;
  for (std::size_t i = schema.columns.size(); i-- > 0;) {
    const ColumnSchema& column = schema.columns[i];
    if (!column.drawn() || column.role != ColumnRole::outcome) continue;
    if (column.kind == ColumnKind::curve || GivenRows::is_tied(i, schema)) continue;
    return i;
  }
  return std::nullopt;
}

/// The cells of rows as a table, and what stands in one of its columns.
struct DecodedRows {
  Table table;
  std::vector<double> outcome;  ///< NaN: missing; of words their places
};

DecodedRows decoded(const Trials& rows, std::int64_t count, std::size_t outcome) {
  const Schema& schema = *rows.schema;
  RowDecoder decoder(schema);
  DecodedRows made;
  made.table.source = rows.source;
  made.table.rows = count;
  std::vector<std::size_t> of;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnSchema& column = schema.columns[i];
    if (i == outcome || !column.drawn() || GivenRows::is_tied(i, schema)) continue;
    TableColumn& own = made.table.columns.emplace_back();
    own.name = column.name;
    own.numeric = column.numeric;
    own.words = column.words;
    own.style = column.style;
    own.format = column.format;
    of.push_back(i);
  }
  std::vector<double> row(decoder.size());
  for (std::int64_t n = 0; n < count; ++n) {
    std::visit(
        [&](const auto& values) {
          const auto from =
              values.begin() + (n * rows.count / count) * static_cast<std::int64_t>(row.size());
          std::transform(from, from + static_cast<std::int64_t>(row.size()), row.begin(),
                         [](auto value) { return static_cast<double>(value); });
        },
        rows.values);
    const std::vector<TableCell>& cells = decoder.decode(row);
    for (std::size_t i = 0; i < of.size(); ++i) {
      TableColumn& own = made.table.columns[i];
      const TableCell& cell = cells[of[i]];
      own.missing += cell.missing ? 1 : 0;
      if (own.numeric) own.numbers.push_back(cell.missing ? none : cell.number);
      if (!own.numeric)
        own.cells.push_back(cell.missing ? -1 : static_cast<std::int32_t>(cell.word));
    }
    const TableCell& cell = cells[outcome];
    const bool numeric = schema.columns[outcome].numeric;
    made.outcome.push_back(cell.missing ? none
                           : numeric    ? cell.number
                                        : static_cast<double>(cell.word));
  }
  return made;
}

void check_numbers(CellPredictor& predictor, const GeneratorModel& model, const GivenRows& given,
                   const std::vector<std::int64_t>& rows, std::size_t cells,
                   const std::vector<double>& observed, OutcomeCheck& made) {
  const CellColumn& column = model.cells->columns()[cells];
  std::vector<double> mean(observed.size(), none);
  predictor.predict(rows, cells, showing(given),
                    [&](std::int64_t row, std::span<const float> shares) {
                      mean[static_cast<std::size_t>(row)] = CellDistribution(column, shares).mean();
                    });
  const std::vector<Interval> intervals =
      intervals_of(predictor, model, given, rows, cells, made.level);
  double held = 0.0, width = 0.0, error = 0.0, sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<std::size_t>(rows[i]);
    const IntervalPoint point{observed[row], mean[row], intervals[i].low, intervals[i].high};
    made.points.push_back(point);
    held += point.holds() ? 1.0 : 0.0;
    width += point.high - point.low;
    error += (point.predicted - point.observed) * (point.predicted - point.observed);
    sum += point.observed;
  }
  const auto count = static_cast<double>(rows.size());
  for (const IntervalPoint& point : made.points) {
    squares += (point.observed - sum / count) * (point.observed - sum / count);
  }
  made.coverage = held / count;
  made.width = width / count;
  made.rmse = std::sqrt(error / count);
  made.r2 = squares > 0.0 ? 1.0 - error / squares : none;
}

void check_words(CellPredictor& predictor, const GeneratorModel& model, const GivenRows& given,
                 const std::vector<std::int64_t>& rows, std::size_t cells, const CellPlace& place,
                 const std::vector<double>& observed, OutcomeCheck& made) {
  const CellColumn& column = model.cells->columns()[cells];
  const std::size_t words = model.schema->columns[place.column].words.size();
  made.words = true;
  double right = 0.0;
  std::map<double, double> counts;
  predictor.predict(
      rows, cells, showing(given), [&](std::int64_t row, std::span<const float> shares) {
        const std::vector<double> all = word_shares(column, place.missing, words, shares);
        const auto most = std::max_element(all.begin(), all.end()) - all.begin();
        const double known = observed[static_cast<std::size_t>(row)];
        counts[known] += 1.0;
        right += static_cast<double>(most) == known ? 1.0 : 0.0;
      });
  for (const auto& [word, count] : counts) made.usual = std::max(made.usual, count);
  made.usual /= static_cast<double>(rows.size());
  made.accuracy = right / static_cast<double>(rows.size());
}

}  // namespace

std::optional<OutcomeCheck> check_outcome(const RunFacts& facts, const RunTrials& trials,
                                          const std::string& device, std::int64_t threads,
                                          std::int64_t most) {
  const GeneratorModel& model = *facts.model;
  if (!model.cells || !model.schema || !trials.held_out.schema) return std::nullopt;
  const std::optional<std::size_t> outcome = outcome_of(model);
  if (!outcome) return std::nullopt;
  const std::vector<CellPlace> places = cell_places(*model.cells, *model.schema);
  const std::size_t cells = cells_of(*outcome, places);
  if (model.cells->curve_of(cells) != nullptr) return std::nullopt;

  const DecodedRows rows =
      decoded(trials.held_out, std::min(trials.held_out.count, most), *outcome);
  const GivenRows given = GivenRows::of_table(rows.table, model, false);
  std::vector<std::int64_t> asked;
  for (std::size_t i = 0; i < rows.outcome.size(); ++i) {
    if (!std::isnan(rows.outcome[i])) asked.push_back(static_cast<std::int64_t>(i));
  }
  if (asked.empty()) return std::nullopt;
  OutcomeCheck made;
  made.name = std::string(name_without_unit(model.schema->columns[*outcome]));
  made.unit = model.schema->columns[*outcome].unit;
  made.rows = std::ssize(asked);
  ModelPredictor opened(model, facts.checkpoint->checkpoint, {device, threads, false, 0, [] {}});
  if (model.schema->columns[*outcome].numeric) {
    check_numbers(opened.predictor(), model, given, asked, cells, rows.outcome, made);
  } else {
    check_words(opened.predictor(), model, given, asked, cells, places[cells], rows.outcome, made);
  }
  return made;
}

}  // namespace vgan
