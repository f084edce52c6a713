#include <algorithm>
#include <array>
#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/metrics/measure_list.hpp"
#include "engine/quality/held_out_text.hpp"
#include "engine/report/measure_words.hpp"
#include "engine/report/report_page.hpp"
#include "engine/report/sections.hpp"

namespace vgan {
namespace {

// What is told first, where it was measured.
constexpr std::array<const char*, 9> headline{"c2st",      "shape",  "trend",    "frechet",
                                              "precision", "recall", "coverage", "class-difference",
                                              "utility"};
constexpr std::size_t most_headlines = 5;

Mark mark_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::good: return Mark::good;
    case Verdict::fair: return Mark::fair;
    case Verdict::poor: return Mark::bad;
    case Verdict::unknown: break;
  }
  return Mark::plain;
}

void write_what(Html& html, const RunStudy& study) {
  const RunFacts& facts = study.facts;
  std::vector<std::pair<std::string, std::string>> what;
  if (facts.config) {
    std::string model = to_text(facts.config->model);
    if (facts.config->has_latent()) model += ", net " + to_text(facts.config->net);
    what.emplace_back("Model", model + ", preset " + facts.config->preset);
    what.emplace_back("Data", facts.config->data.empty() ? "built-in" : facts.config->data);
  }
  if (facts.model) {
    const TrialShape& shape = facts.model->shape;
    std::string trials = study.trials ? grouped(study.trials->learnt_count) + " " : "";
    trials += std::string(info_of(shape.kind).plural) + " of ";
    trials += facts.model->schema ? counted(facts.model->schema->columns.size(), "column")
                                  : extents_text(shape);
    what.emplace_back("Trained on", trials);
  }
  std::string length = grouped(static_cast<std::uint64_t>(facts.history.epochs)) + " epochs";
  if (facts.config && facts.config->epochs > 0 && facts.config->passes == 0.0 &&
      static_cast<double>(facts.config->epochs) > facts.history.epochs) {
    length += " of " + grouped(facts.config->epochs);
  }
  if (facts.history.seconds > 0.0) {
    length += ", " + (facts.history.seconds < 120.0
                          ? fixed_text(facts.history.seconds, 1) + " s"
                          : fixed_text(facts.history.seconds / 60.0, 1) + " min");
  }
  if (facts.history.there) what.emplace_back("Length", length);
  if (facts.config) what.emplace_back("Seed", std::to_string(facts.config->seed));
  html.open("div", {{"class", "card"}}).element("h3", "What was learnt");
  write_facts(html, what);
  html.close();
}

// What was measured while training, where nothing was measured since.
void add_logged(const MetricsHistory& history, const TrialWords& words,
                std::vector<Statement>& statements) {
  for (const char* name : headline) {
    const auto points = history.quality.find(name);
    if (points == history.quality.end() || statements.size() == most_headlines) continue;
    Measure measure = listed_measure(name);
    measure.samples = Estimate{points->second.back().y, {}, {}};
    const auto floor = history.real_floors.find(name);
    if (floor != history.real_floors.end()) measure.real = Estimate{floor->second, {}, {}};
    statements.push_back({Mark::plain, "After epoch " + fixed_text(points->second.back().x, 0) +
                                           ": " + measure_sentence(measure, words)});
  }
}

void write_how_good(Html& html, const RunStudy& study) {
  html.open("div", {{"class", "card"}}).element("h3", "How good it is");
  std::vector<Statement> statements;
  const TrialWords words{trial_word(study, false), trial_word(study, true)};
  for (const char* name : headline) {
    const Measure* measure = study.find(name);
    if (measure == nullptr || statements.size() == most_headlines) continue;
    std::string sentence = measure_sentence(*measure, words);
    if (!sentence.empty()) {
      statements.push_back({mark_of(verdict_of(*measure)), std::move(sentence)});
    }
  }
  if (statements.empty()) add_logged(study.facts.history, words, statements);
  if (statements.empty()) statements.push_back({Mark::fair, "It was not measured."});
  write_statements(html, statements);
  html.close();
}

Statement held_out_statement(const RunStudy& study) {
  const RunTrials& trials = *study.trials;
  if (trials.learnt) {
    return {Mark::fair, without_held_out_text(trials.left_out_count,
                                              trials.left_out_count + trials.learnt_count,
                                              trial_word(study, true))};
  }
  if (study.facts.record.origin && study.facts.record.origin->mixed) {
    return {Mark::fair, "Measured beside " + grouped(trials.held_out.count) + " " +
                            trial_word(study, true) +
                            " that this run was not trained on; the weights that it began with, of "
                            "another run, may have been: copying of them does not show."};
  }
  return {Mark::good, "Measured beside " + grouped(trials.held_out.count) + " " +
                          trial_word(study, true) + " that the model has not seen."};
}

void add_privacy(const RunStudy& study, const TrialWords& words,
                 std::vector<Statement>& statements) {
  for (const char* name : {"copies", "dcr", "membership"}) {
    const Measure* measure = study.find(name);
    if (measure == nullptr || !measure->samples) continue;
    const double value = measure->samples->value;
    const double real = measure->real ? measure->real->value : 0.0;
    const std::string is = name;
    // A little may be chance: it is a caution until it is beyond doubt.
    const bool fine = is == "copies" ? value <= real + 0.01
                      : is == "dcr"  ? value > 0.8 && value < 1.5
                                     : value < 0.55;
    const bool grave = is == "copies" ? value > real + 0.05
                       : is == "dcr"  ? value < 0.5
                                      : value > 0.65;
    const Mark mark = fine ? Mark::good : grave ? Mark::bad : Mark::fair;
    statements.push_back({mark, measure_sentence(*measure, words)});
  }
}

void add_outcome(const RunStudy& study, std::vector<Statement>& statements) {
  if (!study.outcome || study.outcome->words) return;
  const OutcomeCheck& outcome = *study.outcome;
  const double missed = std::abs(outcome.coverage - outcome.level);
  // Three standard errors of a share of that many rows.
  const double chance =
      3.0 * std::sqrt(outcome.level * (1.0 - outcome.level) / static_cast<double>(outcome.rows));
  const bool test = !study.trials->learnt;
  const bool too_few = outcome.coverage < outcome.level && missed > chance;
  statements.push_back(
      {!test || too_few ? Mark::fair : Mark::good,
       "Of 100 intervals of " + fixed_text(100.0 * outcome.level, 0) + " % for " + outcome.name +
           " " + fixed_text(100.0 * outcome.coverage, 0) + " hold what was observed, in " +
           counted(outcome.rows, test ? "row that was held out" : "row that was trained on",
                   test ? "rows that were held out" : "rows that were trained on") +
           "."});
}

void write_trust(Html& html, const RunStudy& study) {
  html.open("div", {{"class", "card"}}).element("h3", "Whether to trust it");
  const TrialWords words{trial_word(study, false), trial_word(study, true)};
  std::vector<Statement> statements;
  if (!study.failure.empty()) {
    statements.push_back({Mark::bad, study.failure});
  } else if (study.facts.history.there && study.facts.history.of_kind("done").empty()) {
    statements.push_back({Mark::fair, "The run has not ended."});
  }
  const bool measured = study.evaluation || !study.facts.history.quality.empty();
  if (study.trials && measured) statements.push_back(held_out_statement(study));
  const Measure* told = study.find("c2st");
  if (told != nullptr && told->real && std::abs(told->real->value - 0.5) > 0.15) {
    statements.push_back(
        {Mark::fair,
         "The held-out rows are of another kind than those that were trained on: trees tell them "
         "apart. What fails on them may be their doing; --hold-out-part random mixes them."});
  }
  add_privacy(study, words, statements);
  add_outcome(study, statements);
  const std::vector<RunEvent> ends = study.facts.history.of_kind("diverged");
  if (!ends.empty() && study.failure.empty()) {
    statements.push_back({Mark::bad, event_text(ends.back())});
  }
  const std::size_t alarms = study.facts.history.of_kind("alarm").size();
  if (alarms > 0) {
    statements.push_back({Mark::bad, counted(alarms, "alarm") + " in training, see below."});
  } else if (!study.facts.history.of_kind("rollback").empty()) {
    statements.push_back({Mark::bad, "Training broke down and went back, see below."});
  } else if (!study.facts.history.quality.empty() && ends.empty()) {
    statements.push_back({Mark::good, "No alarm in training."});
  }
  if (!study.facts.missing.empty()) {
    statements.push_back({Mark::fair, counted(study.facts.missing.size(), "thing") +
                                          " could not be read or done, see below."});
  }
  write_statements(html, statements);
  html.close();
}

}  // namespace

void write_summary(Html& html, const RunStudy& study) {
  html.open("div", {{"class", "cards"}});
  write_what(html, study);
  write_how_good(html, study);
  write_trust(html, study);
  html.close();
}

}  // namespace vgan
