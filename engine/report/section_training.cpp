#include <algorithm>
#include <array>

#include "engine/base/number_text.hpp"
#include "engine/metrics/measure_list.hpp"
#include "engine/report/line_chart.hpp"
#include "engine/report/report_page.hpp"
#include "engine/report/sections.hpp"

namespace vgan {
namespace {

struct ChartedValue {
  const char *key, *name, *style;
};
struct ChartedValues {
  const char *title, *about;
  bool share;  ///< of 0 to 1
  std::vector<ChartedValue> values;
};

// The values that models report, by the charts that they stand in.
const std::vector<ChartedValues>& charted() {
  static const std::vector<ChartedValues> all{
      {"Losses",
       "Loss of the discriminator and of the generator over epochs.",
       false,
       {{"d_loss", "discriminator", "third"}, {"g_loss", "generator", "virtual"}}},
      {"Accuracy of the discriminator",
       "Share of real trials taken for real and of generated ones taken for generated. Near a half "
       "it can hardly tell; at 1 it always can.",
       true,
       {{"d_real_accuracy", "on real", "real"}, {"d_fake_accuracy", "on generated", "virtual"}}},
      {"Cross-entropy of a column that is not shown",
       "Nats, over epochs.",
       false,
       {{"cross_entropy", "cross-entropy", "virtual"}}},
      {"Reconstruction",
       "Negative log-likelihood of a trial, nats, over epochs.",
       false,
       {{"reconstruction", "reconstruction", "virtual"}}},
      {"Divergence from the prior",
       "KL of a trial's posterior, nats, over epochs.",
       false,
       {{"kl", "KL", "third"}}},
      {"Squared error of a number",
       "In the network's units, over epochs.",
       false,
       {{"squared_error", "squared error", "third"}}},
      {"Gradient penalty", "Over epochs.", false, {{"gradient_penalty", "penalty", "third"}}},
      {"Norm of the gradient",
       "Before it is clipped, over epochs.",
       false,
       {{"gradient_norm", "norm", "third"}}},
  };
  return all;
}

std::vector<ChartMark> marks_of(const MetricsHistory& history) {
  std::vector<ChartMark> marks;
  for (const RunEvent& event : history.events) {
    if (event.kind != "alarm" && event.kind != "rollback") continue;
    marks.push_back({event.epoch, event_text(event)});
  }
  return marks;
}

void write_values(Html& html, const ChartedValues& values, const MetricsHistory& history) {
  LineChart chart;
  chart.title = values.title;
  chart.about = values.about;
  if (values.share) chart.y = Range{0.0, 1.02};
  for (const ChartedValue& value : values.values) {
    const LongSeries* series = history.find(value.key);
    if (series != nullptr) chart.lines.push_back(chart_line(value.name, value.style, *series));
  }
  const bool spread = std::any_of(chart.lines.begin(), chart.lines.end(),
                                  [](const ChartLine& line) { return !line.low.empty(); });
  chart.marks = marks_of(history);
  if (spread)
    chart.note = "Lines are means of neighbouring epochs, bands their least and greatest.";
  if (!chart.marks.empty()) chart.note += " Upright lines are alarms.";
  write_line_chart(html, chart);
}

void write_measure(Html& html, const std::string& name, const MetricsHistory& history) {
  const std::vector<SvgPoint>& points = history.quality.at(name);
  const MeasureInfo* measure = find_measure(name);
  LineChart chart;
  chart.title = measure == nullptr ? name : measure->title;
  chart.about = "Measured while training, over epochs.";
  chart.lines.push_back({"virtual", "virtual", points, {}, {}, true});
  const auto floor = history.real_floors.find(name);
  if (floor != history.real_floors.end()) {
    chart.lines.push_back({"real trials",
                           "real",
                           {{points.front().x, floor->second}, {points.back().x, floor->second}},
                           {},
                           {}});
  }
  chart.marks = marks_of(history);
  write_line_chart(html, chart);
}

bool is_headline(const std::string& name) {
  constexpr std::array<const char*, 4> names{"frechet", "c2st", "recall", "dcr"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The measures that are told first have charts; the others are there for who asks.
void write_quality(Html& html, const MetricsHistory& history, bool headlines) {
  for (const auto& [name, points] : history.quality) {
    if (!points.empty() && is_headline(name) == headlines) write_measure(html, name, history);
  }
}

}  // namespace

void write_training(Html& html, const RunStudy& study) {
  Html charts;
  for (const ChartedValues& values : charted()) write_values(charts, values, study.facts.history);
  write_quality(charts, study.facts.history, true);
  if (charts.empty()) return;
  html.open("div", {{"class", "charts"}}).add(charts).close();
  Html others;
  write_quality(others, study.facts.history, false);
  if (others.empty()) return;
  html.open("details").element("summary", "Further measures over epochs");
  html.open("div", {{"class", "charts"}}).add(others).close().close();
}

}  // namespace vgan
