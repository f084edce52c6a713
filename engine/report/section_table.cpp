#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/metrics/column_shape.hpp"
#include "engine/quality/table_rows.hpp"
#include "engine/report/associations.hpp"
#include "engine/report/charts.hpp"
#include "engine/report/measure_words.hpp"
#include "engine/report/report_page.hpp"
#include "engine/report/sections.hpp"

namespace vgan {
namespace {

constexpr std::size_t most_columns = 24;
constexpr std::int64_t most_points = 400;
constexpr std::size_t worst_drawn = 5;
constexpr std::size_t most_names = 12;

/// Columns of both, as people see them.
struct TableView {
  MeasuredRows real, samples;
  std::vector<std::size_t> shown;               ///< the columns that are drawn
  std::vector<std::vector<std::string>> words;  ///< of each column; empty: of numbers
  std::vector<std::string> units;
};

const ColumnSchema* schema_of(const RunStudy& study, const std::string& name) {
  if (!study.facts.model->schema) return nullptr;
  for (const ColumnSchema& column : study.facts.model->schema->columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

bool has_rows(const RunStudy& study) {
  return study.trials && study.trials->samples && study.facts.model &&
         study.facts.model->shape.kind == TrialKind::row;
}

TableView view_of(const RunStudy& study) {
  TableView view;
  // Real rows are those that were held out, or where these are few, all that were trained on.
  const RunTrials& trials = *study.trials;
  const bool few = trials.learnt || trials.held_out.count < 200;
  view.real = rows_of_trials(few ? trials.training : trials.held_out);
  view.samples = rows_of_trials(*trials.samples);
  const std::size_t count = view.real.columns.size();
  view.shown.resize(std::min(count, most_columns));
  std::iota(view.shown.begin(), view.shown.end(), std::size_t{0});
  for (const MeasuredColumn& column : view.real.columns) {
    const ColumnSchema* schema = schema_of(study, column.name);
    view.words.push_back(column.words && schema != nullptr ? schema->words
                                                           : std::vector<std::string>{});
    view.units.push_back(schema != nullptr ? schema->unit : "");
  }
  // The outcome is often the last of many.
  if (count > most_columns) view.shown.back() = count - 1;
  return view;
}

std::string word_at(const std::vector<std::string>& words, std::size_t at) {
  return at < words.size() ? words[at] : "word " + std::to_string(at + 1);
}

void write_words(Html& html, const TableView& view, std::size_t at, const std::string& note) {
  const WordFrequencies real = words_by_frequency(view.real.columns[at]);
  const WordFrequencies samples = words_by_frequency(view.samples.columns[at]);
  const std::size_t count = std::max(real.counts.size(), samples.counts.size());
  std::vector<WordShare> shares;
  for (std::size_t i = 0; i < count; ++i) {
    const auto share = [&](const WordFrequencies& of, std::int64_t rows) {
      const double there = i < of.counts.size() ? static_cast<double>(of.counts[i]) : 0.0;
      return there / static_cast<double>(std::max<std::int64_t>(1, rows));
    };
    shares.push_back({word_at(view.words[at], i), share(real, view.real.rows),
                      share(samples, view.samples.rows)});
  }
  write_bars(html, view.real.columns[at].name, std::move(shares), note);
}

struct Moments {
  double mean = 0.0, deviation = 0.0, missing = 0.0;
};
Moments moments_of(const MeasuredColumn& column) {
  Moments made;
  double count = 0.0, squares = 0.0;
  for (const double value : column.values) {
    if (std::isnan(value)) {
      made.missing += 1.0 / static_cast<double>(column.values.size());
      continue;
    }
    count += 1.0;
    const double from = value - made.mean;
    made.mean += from / count;
    squares += from * (value - made.mean);
  }
  made.deviation = count > 0.0 ? std::sqrt(squares / count) : 0.0;
  return made;
}

void write_column_table(Html& html, const TableView& view) {
  html.open("details").element("summary", "Columns as numbers");
  html.open("div", {{"class", "scroll"},
                    {"tabindex", "0"},
                    {"role", "region"},
                    {"aria-label", "Columns as numbers"}});
  html.open("table").open("thead").open("tr");
  for (const char* name : {"column", "agreement", "mean, real", "mean, virtual", "deviation, real",
                           "deviation, virtual", "missing, real", "missing, virtual"}) {
    html.element("th", {{"scope", "col"}}, name);
  }
  html.close().close().open("tbody");
  for (std::size_t i = 0; i < view.real.columns.size(); ++i) {
    const MeasuredColumn &real = view.real.columns[i], &samples = view.samples.columns[i];
    const Moments a = moments_of(real), b = moments_of(samples);
    html.open("tr").element("th", {{"scope", "row"}}, real.name);
    html.element("td", fixed_text(column_shape(real, samples), 3));
    const auto cell = [&](double value) {
      html.element("td", real.words ? "\xE2\x80\x93" : general_text(value, 4));
    };
    cell(a.mean);
    cell(b.mean);
    cell(a.deviation);
    cell(b.deviation);
    html.element("td", fixed_text(100.0 * a.missing, 1) + " %");
    html.element("td", fixed_text(100.0 * b.missing, 1) + " %").close();
  }
  html.close().close().close().close();
}

std::vector<std::string> names_of(const TableView& view) {
  std::vector<std::string> names;
  for (const std::size_t at : view.shown) names.push_back(view.real.columns[at].name);
  return names;
}

void write_maps(Html& html, const TableView& view) {
  const std::vector<double> real = associations(view.real, view.shown);
  const std::vector<double> samples = associations(view.samples, view.shown);
  std::vector<double> difference(real.size());
  for (std::size_t i = 0; i < real.size(); ++i) difference[i] = samples[i] - real[i];
  const std::vector<std::string> names = names_of(view);
  html.element("h3", "How columns go together");
  html.element("p", {{"class", "note"}},
               "Pearson's correlation of numbers; the correlation ratio of a number and words, and "
               "Cram\xC3\xA9r's V of words, which have no sign.");
  html.open("div", {{"class", "charts three"}});
  write_matrix(html, {"Real", "Associations of real columns.", names, real});
  write_matrix(html, {"Virtual", "Associations of virtual columns.", names, samples});
  write_matrix(html, {"Virtual less real", "Differences of the associations; none is best.", names,
                      difference});
  html.close();
}

// Words lie at whole numbers, moved a little, so that points of one word do not hide each other.
double moved(double value, bool words, std::int64_t row, std::uint64_t axis) {
  if (!words) return value;
  const auto mixed = static_cast<std::uint64_t>(row * 2 + 1) * (2654435761U + 40503U * axis);
  return value + (static_cast<double>(mixed >> 7 & 1023U) / 1023.0 - 0.5) * 0.7;
}

std::vector<SvgPoint> points_of(const MeasuredRows& rows, const PairLikeness& pair) {
  const MeasuredColumn &x = rows.columns[pair.one], &y = rows.columns[pair.two];
  std::vector<SvgPoint> points;
  const std::int64_t count = std::min(rows.rows, most_points);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t row = i * rows.rows / count;
    if (x.is_missing(row) || y.is_missing(row)) continue;
    const auto at = static_cast<std::size_t>(row);
    points.push_back({moved(x.values[at], x.words, row, 0), moved(y.values[at], y.words, row, 1)});
  }
  return points;
}

void write_pairs(Html& html, const TableView& view) {
  const auto worst = worst_pairs(view.real, view.samples, view.shown, worst_drawn);
  if (worst.empty()) return;
  html.element("h3", "The pairs that agree least");
  html.open("div", {{"class", "charts"}});
  const auto names = [&](std::size_t at) {
    std::vector<std::string> words = view.words[at];
    if (words.size() > most_names) words.resize(most_names);
    return words;
  };
  for (const PairLikeness& pair : worst) {
    const std::string &one = view.real.columns[pair.one].name,
                      &two = view.real.columns[pair.two].name;
    PairPoints drawn{two + " over " + one,
                     "agreement " + fixed_text(pair.likeness, 3) + " of 1",
                     one,
                     two,
                     names(pair.one),
                     names(pair.two),
                     points_of(view.real, pair),
                     points_of(view.samples, pair)};
    write_pair(html, drawn);
  }
  html.close();
}

}  // namespace

void write_table_columns(Html& html, const RunStudy& study) {
  if (!has_rows(study)) return;
  const TableView view = view_of(study);
  write_legend(html, {{"real fill", "real"}, {"virtual", "virtual"}});
  html.open("div", {{"class", "charts three"}});
  for (const std::size_t at : view.shown) {
    const MeasuredColumn &real = view.real.columns[at], &samples = view.samples.columns[at];
    const std::string note = "agreement " + fixed_text(column_shape(real, samples), 3) + " of 1";
    if (real.words) {
      write_words(html, view, at, note);
    } else {
      write_histogram(html, real.name, view.units[at], real.values, samples.values, note);
    }
  }
  html.close();
  if (view.real.columns.size() > view.shown.size()) {
    html.element("p", {{"class", "note"}},
                 std::to_string(view.shown.size()) + " of " +
                     counted(view.real.columns.size(), "column") + " are drawn.");
  }
  write_column_table(html, view);
}

void write_table_pairs(Html& html, const RunStudy& study) {
  if (!has_rows(study)) return;
  const TableView view = view_of(study);
  if (view.real.columns.size() < 2) return;
  write_maps(html, view);
  write_pairs(html, view);
}

void write_outcome(Html& html, const RunStudy& study) {
  if (!study.outcome) return;
  const OutcomeCheck& outcome = *study.outcome;
  const std::string rows = study.trials->learnt ? "rows that were trained on, which proves little"
                                                : "rows that were held out";
  if (outcome.words) {
    html.element("p", {{"class", "lead"}},
                 "Of 100 " + rows + " the model names the right " + outcome.name + " for " +
                     fixed_text(100.0 * outcome.accuracy, 0) + " by their other columns; always " +
                     "saying the most frequent one would be right for " +
                     fixed_text(100.0 * outcome.usual, 0) + ". " + counted(outcome.rows, "row") +
                     ".");
    return;
  }
  html.element("p", {{"class", "lead"}},
               "Predicted by the other columns, in " + std::to_string(outcome.rows) + " " + rows +
                   ": " + fixed_text(100.0 * outcome.coverage, 1) + " % of the intervals of " +
                   fixed_text(100.0 * outcome.level, 0) + " % hold what was observed.");
  const std::string unit = outcome.unit.empty() ? "" : " " + outcome.unit;
  write_intervals(html, outcome.name, outcome.unit, outcome.points,
                  "R\xC2\xB2 " + fixed_text(outcome.r2, 3) + ", root mean squared error " +
                      general_text(outcome.rmse, 3) + unit + ", mean width of an interval " +
                      general_text(outcome.width, 3) + unit);
}

}  // namespace vgan
