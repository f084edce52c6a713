#include "engine/compare/evaluate.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/open_file.hpp"
#include "engine/data/schema.hpp"
#include "engine/metrics/closest_record.hpp"
#include "engine/metrics/column_shape.hpp"
#include "engine/metrics/known_rows.hpp"
#include "engine/metrics/pair_trend.hpp"
#include "engine/metrics/two_sample.hpp"
#include "engine/metrics/utility.hpp"

namespace vgan {
namespace {

constexpr std::int64_t fewest_rows = 10;
constexpr std::int64_t held_out_part = 3;  // one row in as many

// What each order of rows is drawn for, see drawn_rows.
enum Purpose : std::uint64_t { of_real = 10, of_others = 11, distances = 12 };

struct Rows {
  MeasuredRows training, held_out, samples;
  KnownRows trained_on;  ///< all of them
};

void require_enough(const std::string& source, const std::string& what, std::int64_t rows) {
  if (rows >= fewest_rows) return;
  throw Error(ErrorCode::bad_data, {"cannot compare tables", source, counted(rows, what),
                                    std::to_string(fewest_rows) + " or more", ""});
}

// The first of rows whose order was drawn, as many as are measured.
std::span<const std::int64_t> thinned(std::span<const std::int64_t> rows) {
  return rows.first(std::min(rows.size(), static_cast<std::size_t>(most_evaluated_rows)));
}

Table read_noted(const std::string& file, const EvaluateRequest& request, Evaluation& made) {
  Table table = read_data_table({file}, request.dialect);
  made.notes.insert(made.notes.end(), table.notes.begin(), table.notes.end());
  return table;
}

// Takes the training rows, and where no others are named the held-out ones too.
void take_real_rows(const EvaluateRequest& request, Schema& schema, Rows& rows, Evaluation& made) {
  const Table real = read_noted(request.real, request, made);
  schema = infer_schema(real);
  if (schema.encoded_size() == 0) {
    throw Error(ErrorCode::bad_data, {"cannot compare tables", request.real,
                                      "no column but ids and empty ones", "", ""});
  }
  const std::vector<std::int64_t> order =
      drawn_rows(real.rows, real.rows, request.seed, Purpose::of_real);
  std::span<const std::int64_t> training(order);
  if (request.test.empty()) {
    const std::span<const std::int64_t> held_out = training.first(order.size() / held_out_part);
    training = training.subspan(held_out.size());
    made.held_out_rows = std::ssize(held_out);
    require_enough(request.real, "held-out row", made.held_out_rows);
    rows.held_out = measured_rows(real, thinned(held_out), schema);
  }
  made.training_rows = std::ssize(training);
  require_enough(request.real, "row", made.training_rows);
  rows.training = measured_rows(real, thinned(training), schema);
  for (; !training.empty(); training = training.subspan(thinned(training).size())) {
    rows.trained_on.add(measured_rows(real, thinned(training), schema));
  }
}

// Takes rows of another file; says how many there are.
MeasuredRows take_rows(const std::string& file, const char* what, const EvaluateRequest& request,
                       Schema& schema, Evaluation& made, std::int64_t& count) {
  const Table table = read_noted(file, request, made);
  count = table.rows;
  require_enough(file, what, count);
  return measured_rows(
      table, drawn_rows(table.rows, most_evaluated_rows, request.seed, Purpose::of_others), schema);
}

std::size_t outcome_column(const MeasuredRows& rows, const std::string& name) {
  if (name.empty()) return rows.columns.size() - 1;
  std::vector<std::string> names;
  for (const MeasuredColumn& column : rows.columns) names.push_back(column.name);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw Error(ErrorCode::bad_config,
                {"bad outcome", "", "'" + name + "'", "a column of the real table that is compared",
                 suggestion(name, names)});
  }
  return static_cast<std::size_t>(found - names.begin());
}

double median_distance(const RecordDistance& distance, const MeasuredRows& rows,
                       std::uint64_t seed) {
  return distance.median(
      rows.take(drawn_rows(rows.rows, most_evaluated_distances, seed, Purpose::distances)));
}

// Measures sets of rows beside the same held-out ones.
class Judge {
 public:
  Judge(const Rows& rows, const std::optional<Outcome>& outcome, std::uint64_t seed)
      : held_out_(rows.held_out),
        trained_on_(rows.trained_on),
        outcome_(outcome),
        seed_(seed),
        distance_(rows.training),
        held_out_distance_(median_distance(distance_, rows.held_out, seed)) {}

  TableFigures figures(const MeasuredRows& rows, std::int64_t count) const {
    TableFigures made;
    made.rows = count;
    made.shape = column_shape(held_out_, rows);
    made.trend = pair_trend(held_out_, rows, seed_);
    made.c2st = two_sample_auc(held_out_, rows, seed_).value_or(0.5);
    if (outcome_) made.utility = utility(*outcome_, rows, held_out_, seed_);
    if (held_out_distance_ > 0.0) {
      made.dcr = median_distance(distance_, rows, seed_) / held_out_distance_;
    }
    made.copies = trained_on_.share_of_copies(rows);
    return made;
  }

 private:
  const MeasuredRows& held_out_;
  const KnownRows& trained_on_;
  const std::optional<Outcome>& outcome_;
  std::uint64_t seed_;
  RecordDistance distance_;
  double held_out_distance_;
};

}  // namespace

Evaluation evaluate(const EvaluateRequest& request) {
  Evaluation made;
  made.samples = request.samples;
  made.real = request.real;
  made.test = request.test;
  made.seed = request.seed;
  Schema schema;
  Rows rows;
  take_real_rows(request, schema, rows, made);
  if (!request.test.empty()) {
    rows.held_out =
        take_rows(request.test, "held-out row", request, schema, made, made.held_out_rows);
  }
  std::int64_t virtual_rows = 0;
  rows.samples = take_rows(request.samples, "virtual row", request, schema, made, virtual_rows);
  for (std::size_t i = 0; i < rows.held_out.columns.size(); ++i) {
    made.columns.push_back({rows.held_out.columns[i].name,
                            column_shape(rows.held_out.columns[i], rows.samples.columns[i])});
  }
  const std::size_t at = outcome_column(rows.training, request.outcome);
  const std::optional<Outcome> outcome =
      made.columns.size() > 1 ? Outcome::of(stacked(rows.training, rows.held_out), at)
                              : std::nullopt;
  if (outcome) {
    made.outcome = made.columns[at].name;
    made.score = to_text(outcome->score);
  }
  const Judge judge(rows, outcome, request.seed);
  made.virtual_rows = judge.figures(rows.samples, virtual_rows);
  made.training = judge.figures(rows.training, made.training_rows);
  const MeasuredRows resampled = resampled_columns(rows.training, rows.samples.rows, request.seed);
  made.resampled = judge.figures(resampled, resampled.rows);
  made.held_out_copies = rows.trained_on.share_of_copies(rows.held_out);
  return made;
}

}  // namespace vgan
