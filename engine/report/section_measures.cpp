#include "engine/base/text.hpp"
#include "engine/report/charts.hpp"
#include "engine/report/floor_chart.hpp"
#include "engine/report/measure_words.hpp"
#include "engine/report/report_page.hpp"
#include "engine/report/sections.hpp"

namespace vgan {
namespace {

void write_figures(Html& html, const Measure& measure) {
  html.open("p", {{"class", "figures"}});
  const auto figure = [&](const char* style, const char* name, const std::string& text) {
    html.open("span").element("i", {{"class", style}, {"aria-hidden", "true"}}, "");
    html.text(std::string(name) + " ").element("b", text).close();
  };
  if (measure.samples) figure("own", "virtual", estimate_text(*measure.samples));
  if (measure.resampled) figure("low", "independent", figure_text(measure.resampled->value));
  if (measure.real) figure("real", "real", figure_text(measure.real->value));
  html.close();
}

std::string counts_text(const Measure& measure) {
  if (measure.sample_count == 0) return "";
  return "from " + grouped(measure.sample_count) + " virtual and " + grouped(measure.real_count) +
         " real trials" + (measure.space.empty() ? "" : ", in " + measure.space);
}

void write_measure(Html& html, const Measure& measure, const TrialWords& words) {
  html.open("div", {{"class", "measure"}});
  html.open("h4").text(measure.title).element("code", measure.name).close();
  const std::string sentence = measure_sentence(measure, words);
  if (!sentence.empty()) html.element("p", sentence);
  write_floor_line(html, {{"", &measure}});
  write_figures(html, measure);
  const std::string counts = counts_text(measure);
  if (!counts.empty()) html.element("p", {{"class", "note"}}, counts);
  html.close();
}

const char* heading_of(MeasureGroup group) {
  switch (group) {
    case MeasureGroup::fidelity: return "Do virtual trials look like real ones?";
    case MeasureGroup::diversity: return "Do they show all that real ones show?";
    case MeasureGroup::usefulness: return "Do they teach what real ones teach?";
    case MeasureGroup::privacy: return "Do they repeat what was trained on?";
  }
  return "";
}

void write_parts(Html& html, const char* title, const char* what,
                 const std::vector<MeasuredPart>& parts) {
  if (parts.empty()) return;
  html.open("details").element("summary", title);
  html.open("div",
            {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", title}});
  html.open("table").open("thead").open("tr");
  for (const char* name : {what, "virtual", "real"}) html.element("th", {{"scope", "col"}}, name);
  html.close().close().open("tbody");
  for (const MeasuredPart& part : parts) {
    html.open("tr").element("th", {{"scope", "row"}}, part.name);
    html.element("td", figure_text(part.samples)).element("td", figure_text(part.real)).close();
  }
  html.close().close().close().close();
}

void write_classes(Html& html, const std::vector<MeasuredPart>& classes) {
  if (classes.empty()) return;
  std::vector<WordShare> shares;
  for (const MeasuredPart& part : classes) shares.push_back({part.name, part.real, part.samples});
  html.element("h3", "How often does each class come?");
  write_legend(html, {{"real fill", "real"}, {"virtual", "virtual"}});
  html.open("div", {{"class", "charts"}});
  write_bars(html, "Classes", shares,
             "Real trials have their labels, virtual ones those of the nearest real one.");
  html.close();
  write_parts(html, "Shares of classes", "class", classes);
}

}  // namespace

void write_measures(Html& html, const RunStudy& study) {
  if (!study.evaluation) return;
  const Assessment& assessment = study.evaluation->assessment;
  if (assessment.measures.empty()) return;
  const TrialWords words{trial_word(study, false), trial_word(study, true)};
  html.element("p", {{"class", "lead"}},
               "Each figure stands between two floors from the same code: numbers that are drawn "
               "independently of each other, and real trials beside real ones. Right is better. "
               "Brackets hold the figure in 95 of 100 sets of trials drawn anew.");
  if (!study.evaluation->space.empty()) {
    html.element("p", {{"class", "note"}}, "Features: " + study.evaluation->space + ".");
  }
  for (const Word<MeasureGroup>& word : WordTable<MeasureGroup>::table) {
    bool first = true;
    for (const Measure& measure : assessment.measures) {
      if (measure.group != word.value || !measure.samples) continue;
      if (first) html.element("h3", heading_of(word.value)).open("div", {{"class", "measures"}});
      first = false;
      write_measure(html, measure, words);
    }
    if (!first) html.close();
  }
  write_parts(html, "Columns, one by one", "column", assessment.columns);
  write_classes(html, assessment.classes);
  for (const std::string& note : assessment.notes) html.element("p", {{"class", "note"}}, note);
  std::string from = "Samples from " + study.evaluation->checkpoint;
  from += ", epoch " + grouped(study.evaluation->epoch);
  const auto& loaded = study.facts.checkpoint;
  const bool told = loaded && study.facts.model &&
                    study.facts.model->epoch == study.evaluation->epoch && !loaded->chosen.empty();
  if (told) from += ": " + loaded->chosen;
  html.element("p", {{"class", "note"}}, from + ".");
}

}  // namespace vgan
