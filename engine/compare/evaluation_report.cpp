#include "engine/compare/evaluation_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/files/atomic_file.hpp"

namespace vgan {
namespace {

constexpr int decimals = 3;
constexpr std::size_t named_columns = 3;  // of those that are least alike

std::string figure(const std::optional<double>& value) {
  return value ? fixed_text(*value, decimals) : "-";
}

std::string percent(double share) { return fixed_text(100.0 * share, 1) + " %"; }

std::vector<std::string> row_of(const std::string& name, const TableFigures& figures) {
  return {name,
          grouped(figures.rows),
          figure(figures.shape),
          figure(figures.trend),
          figure(figures.c2st),
          figure(figures.utility),
          figure(figures.dcr),
          percent(figures.copies)};
}

// "load 0.71, speed 0.80": the columns whose shapes are the least alike.
std::string least_alike(std::vector<Evaluation::Column> columns) {
  std::stable_sort(columns.begin(), columns.end(),
                   [](const auto& a, const auto& b) { return a.shape < b.shape; });
  std::vector<std::string> words;
  for (std::size_t i = 0; i < std::min(columns.size(), named_columns); ++i) {
    words.push_back(shortened(columns[i].name) + " " + figure(columns[i].shape));
  }
  return joined(words);
}

nlohmann::json json_of(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

nlohmann::json json_of(const TableFigures& figures) {
  return {{"rows", figures.rows},        {"shape", figures.shape},
          {"trend", figures.trend},      {"c2st", figures.c2st},
          {"dcr", json_of(figures.dcr)}, {"utility", json_of(figures.utility)},
          {"copies", figures.copies}};
}

}  // namespace

EvaluationText evaluation_text(const Evaluation& e) {
  EvaluationText text;
  text.facts = {
      e.samples + " beside " + grouped(e.held_out_rows) + " held-out rows of " +
          (e.test.empty() ? e.real + " (a third of it, by seed " + std::to_string(e.seed) + ")"
                          : e.test) +
          "; trained on: " + grouped(e.training_rows) + " rows of " + e.real,
      counted(e.columns.size(), "column") + "; least alike: " + least_alike(e.columns)};
  text.figures = {{"rows of", "rows", "shape", "trend", "c2st",
                   e.outcome.empty() ? "utility" : "utility, " + e.score, "dcr", "copies"}};
  text.figures.push_back(row_of("samples", e.virtual_rows));
  text.figures.push_back(row_of("training rows", e.training));
  text.figures.push_back(row_of("resampled columns", e.resampled));
  text.notes = {
      "shape: how alike single columns are, trend: pairs of columns; 1 at best.",
      "c2st: how well boosted trees tell the rows from held-out ones; 0.5: not at all, 1: always."};
  if (e.outcome.empty()) {
    text.notes.push_back("utility: the last column holds nothing that can be learned.");
  } else {
    text.notes.push_back(
        "utility: how well boosted trees that were trained on these rows predict " +
        shortened(e.outcome) + " of held-out ones (" + e.score + ").");
  }
  text.notes.push_back(
      "dcr: the median distance to the closest training row over that of held-out "
      "rows; far below 1: near copies. copies: equal to a training row; of the "
      "held-out rows " +
      percent(e.held_out_copies) + " are.");
  if (e.test.empty()) {
    text.notes.push_back(
        "A model that was trained on all of " + e.real +
        " has seen the held-out rows: for figures that count, train it on one file "
        "and name another with --test.");
  }
  return text;
}

void write_evaluation(const Evaluation& e, const std::filesystem::path& path) {
  nlohmann::json made = {
      {"samples_file", e.samples},
      {"real_file", e.real},
      {"test_file", e.test.empty() ? nlohmann::json() : nlohmann::json(e.test)},
      {"seed", e.seed},
      {"training_rows", e.training_rows},
      {"held_out_rows", e.held_out_rows},
      {"held_out_copies", e.held_out_copies},
      {"outcome", e.outcome.empty() ? nlohmann::json() : nlohmann::json(e.outcome)},
      {"utility_score", e.score.empty() ? nlohmann::json() : nlohmann::json(e.score)},
      {"samples", json_of(e.virtual_rows)},
      {"floors",
       {{"training_rows", json_of(e.training)}, {"resampled_columns", json_of(e.resampled)}}},
      {"columns", nlohmann::json::array()}};
  for (const Evaluation::Column& column : e.columns) {
    made["columns"].push_back({{"name", column.name}, {"shape", column.shape}});
  }
  AtomicFile file(path, "cannot write the evaluation");
  file.write(made.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  file.commit();
}

}  // namespace vgan
