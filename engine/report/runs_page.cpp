#include "engine/report/runs_page.hpp"

#include <algorithm>
#include <set>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/report/floor_chart.hpp"
#include "engine/report/line_chart.hpp"
#include "engine/report/measure_words.hpp"
#include "engine/report/sections.hpp"
#include "engine/report/setting_words.hpp"
#include "engine/version.hpp"

namespace vgan {
namespace {

// The names of runs, without what all of them begin with.
std::vector<std::string> names_of(const std::vector<RunStudy>& studies) {
  std::vector<std::string> names, whole;
  std::set<std::string> last;
  for (const RunStudy& study : studies) {
    whole.push_back(study.facts.name);
    names.push_back(study.facts.name.substr(study.facts.name.find_last_of('/') + 1));
    last.insert(names.back());
  }
  return last.size() == names.size() ? names : whole;
}

// The names of measures that some run has, in their order.
std::vector<std::string> measures_of(const std::vector<RunStudy>& studies) {
  std::vector<std::string> names;
  for (const RunStudy& study : studies) {
    if (!study.evaluation) continue;
    for (const Measure& measure : study.evaluation->assessment.measures) {
      if (!measure.samples) continue;
      if (std::find(names.begin(), names.end(), measure.name) == names.end()) {
        names.push_back(measure.name);
      }
    }
  }
  return names;
}

void begin_table(Html& html, const std::string& label, const std::string& first,
                 const std::vector<std::string>& names) {
  html.open("div",
            {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", label}});
  html.open("table").open("thead").open("tr").element("th", {{"scope", "col"}}, first);
  for (const std::string& name : names) html.element("th", {{"scope", "col"}}, name);
  html.close().close().open("tbody");
}

void end_table(Html& html) { html.close().close().close(); }

void write_overview(Html& html, const std::vector<RunStudy>& studies,
                    const std::vector<std::string>& names) {
  begin_table(html, "Runs in numbers", "run", names);
  const auto row = [&](const char* name, auto&& text_of) {
    html.open("tr").element("th", {{"scope", "row"}}, name);
    for (const RunStudy& study : studies) html.element("td", text_of(study));
    html.close();
  };
  row("model",
      [](const RunStudy& s) { return s.facts.config ? to_text(s.facts.config->model) : ""; });
  row("epochs", [](const RunStudy& s) {
    return grouped(static_cast<std::uint64_t>(s.facts.history.epochs));
  });
  row("measured after epoch",
      [](const RunStudy& s) { return s.evaluation ? grouped(s.evaluation->epoch) : ""; });
  row("training, s", [](const RunStudy& s) { return fixed_text(s.facts.history.seconds, 1); });
  row("seed",
      [](const RunStudy& s) { return s.facts.config ? std::to_string(s.facts.config->seed) : ""; });
  row("alarms",
      [](const RunStudy& s) { return std::to_string(s.facts.history.of_kind("alarm").size()); });
  for (const std::string& name : measures_of(studies)) {
    row(name.c_str(), [&](const RunStudy& s) {
      const Measure* measure = s.find(name);
      return measure != nullptr && measure->samples ? estimate_text(*measure->samples) : "";
    });
  }
  end_table(html);
}

void write_compared_measures(Html& html, const std::vector<RunStudy>& studies,
                             const std::vector<std::string>& names) {
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < names.size(); ++i) {
    legend.push_back({"model-" + std::to_string(i % 6), names[i]});
  }
  Html lines;
  for (const std::string& name : measures_of(studies)) {
    std::vector<MeasuredModel> models;
    const Measure* first = nullptr;
    for (std::size_t i = 0; i < studies.size(); ++i) {
      const Measure* measure = studies[i].find(name);
      if (measure != nullptr && first == nullptr) first = measure;
      static const Measure nothing;
      models.push_back({names[i], measure != nullptr ? measure : &nothing});
    }
    lines.open("div", {{"class", "measure"}}).open("h3").text(first->title);
    lines.element("code", first->name).close();
    write_floor_line(lines, models);
    lines.close();
  }
  if (lines.empty()) return;
  html.element("p", {{"class", "lead"}},
               "Right is better; upright strokes are the floors: numbers drawn independently, and "
               "real trials beside real ones.");
  write_legend(html, legend);
  html.open("div", {{"class", "measures"}}).add(lines).close();
}

void write_compared_samples(Html& html, const std::vector<RunStudy>& studies,
                            const std::vector<std::string>& names) {
  Html figures;
  const auto figure = [&](const std::string& name, const std::string& png) {
    if (png.empty()) return;
    figures.open("figure").element("figcaption", name);
    write_picture(figures, png, "Samples of " + name);
    figures.close();
  };
  for (std::size_t i = 0; i < studies.size(); ++i) {
    if (studies[i].facts.frames.empty()) continue;
    const SampleFrame& last = studies[i].facts.frames.back();
    std::string name = names[i] + ", after epoch " + grouped(last.epoch);
    const auto& evaluation = studies[i].evaluation;
    if (evaluation && evaluation->epoch != last.epoch) {
      name += "; its measures are of epoch " + grouped(evaluation->epoch);
    }
    figure(name, last.png);
  }
  if (figures.empty()) return;
  figure("real", studies.front().facts.real_png);
  html.open("div", {{"class", "side-by-side"}}).add(figures).close();
}

void write_compared_training(Html& html, const std::vector<RunStudy>& studies,
                             const std::vector<std::string>& names) {
  std::set<std::string> keys;
  for (const RunStudy& study : studies) {
    for (const auto& [key, series] : study.facts.history.series) keys.insert(key);
  }
  html.open("div", {{"class", "charts"}});
  for (const std::string& key : keys) {
    LineChart chart;
    chart.title = key;
    chart.about = "Over epochs, by run.";
    for (std::size_t i = 0; i < studies.size(); ++i) {
      const LongSeries* series = studies[i].facts.history.find(key);
      if (series == nullptr) continue;
      ChartLine line = chart_line(names[i], "model-" + std::to_string(i % 6), *series, 160);
      line.low.clear();
      line.high.clear();
      chart.lines.push_back(std::move(line));
    }
    write_line_chart(html, chart);
  }
  html.close();
}

void write_differences(Html& html, const std::vector<RunStudy>& studies,
                       const std::vector<std::string>& names) {
  std::vector<std::vector<std::pair<std::string, std::string>>> settings;
  for (const RunStudy& study : studies) {
    if (!study.facts.config) return;
    settings.push_back(setting_values(*study.facts.config));
  }
  begin_table(html, "Differing settings as a table", "setting", names);
  for (std::size_t n = 0; n < settings.front().size(); ++n) {
    const bool same = std::all_of(settings.begin(), settings.end(), [&](const auto& one) {
      return one[n].second == settings.front()[n].second;
    });
    if (same || settings.front()[n].first == "out") continue;
    html.open("tr").element("th", {{"scope", "row"}}, settings.front()[n].first);
    for (const auto& one : settings) html.element("td", one[n].second);
    html.close();
  }
  end_table(html);
}

}  // namespace

ReportPage page_of_runs(const std::vector<RunStudy>& studies) {
  const std::vector<std::string> names = names_of(studies);
  ReportPage page;
  page.title = counted(studies.size(), "run") + " side by side";
  page.subtitle = joined(names);
  page.made_by = "vgan " + std::string(build::version);
  const auto add = [&](const char* id, const char* title, auto&& write) {
    ReportSection section{id, title, {}};
    write(section.body, studies, names);
    page.sections.push_back(std::move(section));
  };
  add("summary", "Summary", write_overview);
  add("samples", "Samples", write_compared_samples);
  add("measures", "Measures", write_compared_measures);
  add("training", "Training", write_compared_training);
  add("settings", "Settings that differ", write_differences);
  ReportSection notes{"events", "Notes", {}};
  std::vector<Statement> lines;
  for (const RunStudy& study : studies) {
    for (const std::string& line : study.facts.missing) {
      lines.push_back({Mark::fair, study.facts.name + ": " + line});
    }
  }
  if (!lines.empty()) write_statements(notes.body, lines);
  page.sections.push_back(std::move(notes));
  return page;
}

}  // namespace vgan
