#include "apps/vgan_cuda/evaluation_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/report/measure_words.hpp"

namespace vgan::app {
namespace {

constexpr std::size_t named_parts = 3;  // columns and classes that are the least alike
// Measures whose sentences say most, in the order in which they are told.
constexpr std::array told = {"c2st",        "coverage",  "utility",   "dcr",
                             "near-copies", "dcr-share", "membership"};

std::string figure(const std::optional<Estimate>& estimate) {
  return estimate ? figure_text(estimate->value) : "-";
}

std::string interval(const Estimate& estimate) {
  if (!estimate.low || !estimate.high) return "-";
  return figure_text(*estimate.low) + " to " + figure_text(*estimate.high);
}

std::string best_of(MeasureGoal goal) {
  switch (goal) {
    case MeasureGoal::lower: return "low";
    case MeasureGoal::higher: return "high";
    case MeasureGoal::half: return "0.5";
    case MeasureGoal::as_real: return "as real";
  }
  return "";
}

// A table for each group that has measures.
std::vector<TextTable> tables_of(const Assessment& assessment) {
  std::map<MeasureGroup, TextTable> groups;
  for (const Measure& measure : assessment.measures) {
    TextTable& table = groups[measure.group];
    if (table.empty()) {
      table.push_back({to_text(measure.group), "samples", "95 %", "real", "resampled", "best"});
    }
    table.push_back({measure.name, figure(measure.samples), interval(*measure.samples),
                     figure(measure.real), figure(measure.resampled), best_of(measure.goal)});
  }
  std::vector<TextTable> made;
  for (auto& [group, table] : groups) made.push_back(std::move(table));
  return made;
}

// "load 0.71, speed 0.80": the columns whose shapes are the least alike.
std::string least_alike(std::vector<MeasuredPart> columns) {
  std::stable_sort(columns.begin(), columns.end(),
                   [](const auto& a, const auto& b) { return a.samples < b.samples; });
  std::vector<std::string> words;
  for (std::size_t i = 0; i < std::min(columns.size(), named_parts); ++i) {
    words.push_back(shortened(columns[i].name) + " " + fixed_text(columns[i].samples, 3));
  }
  return joined(words);
}

// "7: 4.1 % (real 10.2 %)": the classes whose shares are the furthest off.
std::string furthest_off(std::vector<MeasuredPart> classes) {
  const auto off = [](const MeasuredPart& part) { return std::fabs(part.samples - part.real); };
  std::stable_sort(classes.begin(), classes.end(),
                   [&](const auto& a, const auto& b) { return off(a) > off(b); });
  std::vector<std::string> words;
  for (std::size_t i = 0; i < std::min(classes.size(), named_parts); ++i) {
    words.push_back(shortened(classes[i].name) + ": " + fixed_text(100.0 * classes[i].samples, 1) +
                    " % (real " + fixed_text(100.0 * classes[i].real, 1) + " %)");
  }
  return joined(words);
}

// How many trials the figures are of; the most of any measure.
std::string counts_text(const Assessment& assessment) {
  std::int64_t samples = 0, real = 0;
  for (const Measure& measure : assessment.measures) {
    samples = std::max(samples, measure.sample_count);
    const bool held_out =
        measure.name != "copies" && measure.name != "membership" && measure.name != "dcr-share";
    if (held_out) real = std::max(real, measure.real_count);
  }
  return "up to " + grouped(samples) + " samples and " + grouped(real) + " real trials";
}

}  // namespace

EvaluationText evaluation_text(const Evaluation& e) {
  const Assessment& assessment = e.file.assessment;
  EvaluationText text;
  text.facts = e.facts;
  if (!assessment.columns.empty()) {
    text.facts.push_back(counted(assessment.columns.size(), "column") +
                         "; least alike: " + least_alike(assessment.columns));
  }
  if (!assessment.classes.empty()) {
    text.facts.push_back(counted(assessment.classes.size(), "class", "classes") +
                         "; furthest off: " + furthest_off(assessment.classes));
  }
  text.facts.push_back("measured from " + counts_text(assessment) + ", in: " + e.file.space);
  text.tables = tables_of(assessment);
  const TrialWords words = e.rows ? TrialWords{"row", "rows"} : TrialWords{"trial", "trials"};
  for (const char* const name : told) {
    const Measure* const measure = assessment.find(name);
    if (measure == nullptr) continue;
    const std::string sentence = measure_sentence(*measure, words);
    if (!sentence.empty()) text.sentences.push_back(sentence);
  }
  text.notes = assessment.notes;
  text.notes.push_back(
      "real: what real trials come to, resampled: trials whose numbers know nothing of each "
      "other; docs/quality.md explains each measure.");
  return text;
}

}  // namespace vgan::app
