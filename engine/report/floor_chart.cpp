#include "engine/report/floor_chart.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/base/number_text.hpp"
#include "engine/report/measure_words.hpp"

namespace vgan {
namespace {

constexpr double far_apart = 20.0;

/// Where values stand, from 0 (left, worst) to 100 (right, best).
class FloorScale {
 public:
  FloorScale(const Measure& measure, const std::vector<double>& values) : measure_(measure) {
    for (const double value : values) {
      const double distance = distance_from_best(measure, value);
      if (!std::isfinite(distance)) continue;
      worst_ = std::max(worst_, distance);
      best_ = std::min(best_, distance);
    }
    logarithmic_ = measure.goal == MeasureGoal::lower && best_ > 0.0 && worst_ > far_apart * best_;
  }

  bool logarithmic() const { return logarithmic_; }
  double percent(double value) const {
    const double distance = distance_from_best(measure_, value);
    const double from = along(worst_), to = along(best_);
    if (!(from > to)) return 97.0;  // all are alike, and as good as real trials
    return 3.0 + 94.0 * std::clamp((from - along(distance)) / (from - to), 0.0, 1.0);
  }

 private:
  double along(double distance) const {
    return logarithmic_ ? std::log(std::max(distance, best_)) : distance;
  }

  const Measure& measure_;
  double worst_ = 0.0, best_ = 1e300;
  bool logarithmic_ = false;
};

std::string at(double percent) { return fixed_text(percent, 2) + "%"; }

void add(const std::optional<Estimate>& estimate, std::vector<double>& values) {
  if (!estimate) return;
  values.push_back(estimate->value);
  if (estimate->low) values.push_back(*estimate->low);
  if (estimate->high) values.push_back(*estimate->high);
}

void write_floor(Html& html, const FloorScale& scale, const std::optional<Estimate>& floor,
                 const char* style, const std::string& name) {
  if (!floor) return;
  const std::string x = at(scale.percent(floor->value));
  html.open("line", {{"class", style}, {"x1", x}, {"x2", x}, {"y1", "5"}, {"y2", "23"}});
  html.element("title", name + ": " + estimate_text(*floor)).close();
}

void write_model(Html& html, const FloorScale& scale, const MeasuredModel& model, std::size_t n) {
  const Estimate& own = *model.measure->samples;
  const std::string style = "model-" + std::to_string(n % 6);
  if (own.low && own.high) {
    // A range about the best value lies on both sides of it, which are one side of the line.
    const auto ends =
        std::minmax({scale.percent(*own.low), scale.percent(own.value), scale.percent(*own.high)});
    html.single("line", {{"class", "range " + style},
                         {"x1", at(ends.first)},
                         {"x2", at(ends.second)},
                         {"y1", "14"},
                         {"y2", "14"}});
  }
  html.open(
      "circle",
      {{"class", "own " + style}, {"cx", at(scale.percent(own.value))}, {"cy", "14"}, {"r", "6"}});
  html.element("title", (model.name.empty() ? "virtual" : model.name) + ": " + estimate_text(own));
  html.close();
}

}  // namespace

void write_floor_line(Html& html, const std::vector<MeasuredModel>& models) {
  std::vector<double> values;
  for (const MeasuredModel& model : models) {
    add(model.measure->samples, values);
    add(model.measure->real, values);
    add(model.measure->resampled, values);
  }
  if (values.size() < 2) return;
  // Models that were not measured have no figure, and no floors either.
  const auto measured = std::find_if(models.begin(), models.end(), [](const MeasuredModel& model) {
    return model.measure->samples.has_value();
  });
  if (measured == models.end()) return;
  const Measure& measure = *measured->measure;
  const FloorScale scale(measure, values);
  std::string label = measure.title + ":";
  for (const MeasuredModel& model : models) {
    if (!model.measure->samples) continue;
    label += " " + (model.name.empty() ? "virtual" : model.name) + " " +
             estimate_text(*model.measure->samples) + ";";
  }
  if (measure.resampled) label += " independent " + figure_text(measure.resampled->value) + ";";
  if (measure.real) label += " real " + figure_text(measure.real->value) + ";";
  html.open("svg", {{"class", "floors"}, {"height", "28"}, {"role", "img"}, {"aria-label", label}});
  html.single("line", {{"class", "rail"}, {"x1", "1%"}, {"x2", "99%"}, {"y1", "14"}, {"y2", "14"}});
  write_floor(html, scale, measure.resampled, "floor-low", "numbers drawn independently");
  write_floor(html, scale, measure.real, "floor-real", "real trials");
  for (std::size_t n = 0; n < models.size(); ++n) {
    if (models[n].measure->samples) write_model(html, scale, models[n], n);
  }
  html.close();
  if (scale.logarithmic()) html.element("p", {{"class", "note"}}, "a logarithmic line");
}

}  // namespace vgan
