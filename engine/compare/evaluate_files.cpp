#include "engine/compare/evaluate_parts.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/data/held_out.hpp"
#include "engine/data/readers/open_file.hpp"
#include "engine/data/schema.hpp"
#include "engine/quality/outcome_column.hpp"

namespace vgan {
namespace {

constexpr std::int64_t held_out_part = 3;  // one trial in as many

// What each order of rows is drawn for, see drawn_rows.
enum Purpose : std::uint64_t { of_real = 10, of_others = 11 };

DataRequest data_request(const EvaluateRequest& request, const std::string& file,
                         const std::string& labels, const std::optional<TrialShape>& expected) {
  DataRequest made;
  made.data = file;
  made.labels = labels;
  made.array = request.array;
  made.dataset = request.dataset;
  made.seed = request.seed;
  made.shape.shape = request.shape;
  if (request.shape.empty()) made.shape.expected = expected;
  made.dialect = request.dialect;
  made.threads = static_cast<int>(request.threads);
  return made;
}

void add_notes(Evaluation& made, const std::vector<std::string>& notes) {
  made.notes.insert(made.notes.end(), notes.begin(), notes.end());
}

std::string held_out_text(const EvaluateRequest& request) {
  return request.test.empty()
             ? request.real + " (a third of it, by seed " + std::to_string(request.seed) + ")"
             : request.test;
}

std::string seen_note(const EvaluateRequest& request, const std::string& trials) {
  return "A model that was trained on all of " + request.real + " has seen the held-out " + trials +
         ": for figures that count, train it on one file and name another with --test.";
}

// What was compared, and what is wrong with it.
void describe(const EvaluateRequest& request, const std::string& trials, std::int64_t held_out,
              std::int64_t training, Evaluation& made) {
  made.facts.insert(made.facts.begin(),
                    request.samples + " beside " + grouped(held_out) + " held-out " + trials +
                        " of " + held_out_text(request) + "; trained on: " + grouped(training) +
                        " " + trials + " of " + request.real);
  made.file.samples = request.samples;
  made.file.data = held_out_text(request);
  if (request.test.empty()) made.file.assessment.notes.push_back(seen_note(request, trials));
}

/// Tables, as they stand in their files.
class Tables {
 public:
  explicit Tables(const EvaluateRequest& request) : request_(request) {}

  Evaluation measured() {
    take_real_rows();
    std::int64_t virtual_rows = 0;
    if (!request_.test.empty()) rows_.held_out = rows_of(request_.test, "held-out row", held_out_);
    const MeasuredRows samples = rows_of(request_.samples, "virtual row", virtual_rows);
    EvaluatorOptions options = evaluator_options(request_);
    options.outcome = outcome_column(schema_, request_.outcome);
    require_measurable(request_, measurable());
    const Evaluator evaluator(std::move(rows_), options);
    made_.file.space = evaluator.space();
    made_.file.assessment = evaluator.assess(samples, MeasureDepth::full);
    made_.rows = true;
    describe(request_, "rows", held_out_, training_, made_);
    return std::move(made_);
  }

 private:
  // The first of rows whose order was drawn, as many as are measured.
  static std::span<const std::int64_t> thinned(std::span<const std::int64_t> rows) {
    return rows.first(std::min(rows.size(), static_cast<std::size_t>(most_measured_rows)));
  }

  MeasurableTrials measurable() const {
    MeasurableTrials made;
    for (const ColumnSchema& column : schema_.columns) {
      if (column.drawn()) ++(column.numeric ? made.numbers : made.words);
    }
    return made;
  }

  Table read(const std::string& file) {
    Table table = read_data_table({file}, request_.dialect);
    add_notes(made_, table.notes);
    return table;
  }

  // Takes the training rows, and where no others are named the held-out ones too.
  void take_real_rows() {
    const Table real = read(request_.real);
    schema_ = infer_schema(real);
    if (schema_.encoded_size() == 0) {
      throw Error(ErrorCode::bad_data, {"cannot compare tables", request_.real,
                                        "no column but ids and empty ones", "", ""});
    }
    const std::vector<std::int64_t> order =
        drawn_rows(real.rows, real.rows, request_.seed, Purpose::of_real);
    std::span<const std::int64_t> training(order);
    if (request_.test.empty()) {
      const std::span<const std::int64_t> held_out = training.first(order.size() / held_out_part);
      training = training.subspan(held_out.size());
      held_out_ = std::ssize(held_out);
      require_enough(request_.real, "held-out row", held_out_);
      rows_.held_out = measured_rows(real, thinned(held_out), schema_);
    }
    training_ = std::ssize(training);
    require_enough(request_.real, "row", training_);
    rows_.training = measured_rows(real, thinned(training), schema_);
    for (; !training.empty(); training = training.subspan(thinned(training).size())) {
      rows_.trained_on.add(measured_rows(real, thinned(training), schema_));
    }
  }

  // Takes rows of another file; says how many there are.
  MeasuredRows rows_of(const std::string& file, const char* what, std::int64_t& count) {
    const Table table = read(file);
    count = table.rows;
    require_enough(file, what, count);
    return measured_rows(
        table, drawn_rows(table.rows, most_measured_rows, request_.seed, Purpose::of_others),
        schema_);
  }

  const EvaluateRequest& request_;
  Evaluation made_;
  Schema schema_;
  TableRows rows_;
  std::int64_t training_ = 0, held_out_ = 0;
};

Evaluation arrays_measured(const EvaluateRequest& request) {
  Evaluation made;
  const auto open = [&](const std::string& file, const std::string& labels,
                        const std::optional<TrialShape>& expected) {
    Trials trials = open_trials(data_request(request, file, labels, expected));
    add_notes(made, trials.notes);
    return trials;
  };
  Trials real = open(request.real, request.labels, std::nullopt);
  const TrialShape shape = real.shape;
  SplitTrials parts;
  if (request.test.empty()) {
    const std::int64_t held_out = real.count / held_out_part;
    require_enough(request.real, "held-out trial", held_out);
    parts = split_trials(std::move(real), held_out, HoldOutPart::random, request.seed);
  } else {
    parts = {std::move(real), open(request.test, "", shape)};
    require_enough(request.test, "held-out trial", parts.held_out.count);
  }
  require_enough(request.real, "trial", parts.training.count);
  const Trials samples = open(request.samples, no_labels, shape);
  require_enough(request.samples, "virtual trial", samples.count);
  const std::string trials(info_of(shape.kind).plural);
  require_measurable(request, MeasurableTrials::of(parts.training));
  const Evaluator evaluator(parts.training, parts.held_out, evaluator_options(request));
  made.file.space = evaluator.space();
  made.file.assessment = evaluator.assess(samples, MeasureDepth::full);
  describe(request, trials, parts.held_out.count, parts.training.count, made);
  return made;
}

}  // namespace

void require_enough(const std::string& source, const std::string& what, std::int64_t count) {
  if (count >= fewest_measured) return;
  throw Error(ErrorCode::bad_data, {"cannot measure quality", source, counted(count, what),
                                    std::to_string(fewest_measured) + " or more", ""});
}

Evaluation evaluate_files(const EvaluateRequest& request) {
  const bool is_table =
      is_table_file(request.real, data_request(request, request.real, "", std::nullopt))
          .value_or(false);
  return is_table ? Tables(request).measured() : arrays_measured(request);
}

}  // namespace vgan
