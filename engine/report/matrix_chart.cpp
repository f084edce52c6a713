#include <algorithm>
#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/report/charts.hpp"

namespace vgan {
namespace {

constexpr double cell = 30.0;
constexpr std::size_t most_with_numbers = 10;

void write_cell(Html& html, const MatrixMap& map, std::size_t row, std::size_t column, double left,
                double side) {
  const double value = map.values[row * map.names.size() + column];
  const bool known = std::isfinite(value);
  const double x = left + side * static_cast<double>(column);
  const double y = side * static_cast<double>(row);
  html.open("rect",
            {{"class", !known        ? "cell none"
                       : value < 0.0 ? "cell minus"
                                     : "cell plus"},
             {"x", svg_number(x)},
             {"y", svg_number(y)},
             {"width", svg_number(side - 1.0)},
             {"height", svg_number(side - 1.0)},
             {"fill-opacity", fixed_text(known ? std::min(1.0, std::abs(value)) * 0.85 : 0.0, 2)}});
  html.element("title", map.names[row] + " and " + map.names[column] + ": " +
                            (known ? fixed_text(value, 2) : "not known"));
  html.close();
  if (map.names.size() > most_with_numbers || !known || row == column) return;
  std::string text = fixed_text(std::abs(value), 2).substr(1);  // ".53"
  if (std::abs(value) >= 0.995) text = "1";
  html.element("text",
               {{"class", "in"},
                {"x", svg_number(x + side / 2.0)},
                {"y", svg_number(y + side / 2.0 + 4.0)},
                {"text-anchor", "middle"}},
               (value < 0.0 ? "\xE2\x88\x92" : "") + text);
}

}  // namespace

void write_matrix(Html& html, const MatrixMap& map) {
  const std::size_t count = map.names.size();
  const double left = 118.0, side = std::min(cell, 320.0 / static_cast<double>(count));
  const double width = left + side * static_cast<double>(count) + 2.0;
  const double height = side * static_cast<double>(count) + 20.0;
  html.open("figure", {{"class", "chart small"}}).element("figcaption", map.title);
  html.open("svg",
            {{"viewBox", "0 0 " + svg_number(std::max(width, 300.0)) + " " + svg_number(height)},
             {"class", "plot"},
             {"role", "img"},
             {"aria-label", map.title}});
  html.element("desc", map.about);
  const std::size_t step = side >= 16.0 ? 1 : 2;
  for (std::size_t i = 0; i < count; ++i) {
    const double middle = side * (static_cast<double>(i) + 0.5);
    if (side >= 12.0) {
      html.element(
          "text",
          {{"x", svg_number(left - 6.0)}, {"y", svg_number(middle + 4.0)}, {"text-anchor", "end"}},
          std::to_string(i + 1) + " " + axis_name(map.names[i], 14));
    }
    if (i % step == 0) {
      html.element("text",
                   {{"x", svg_number(left + middle)},
                    {"y", svg_number(height - 5.0)},
                    {"text-anchor", "middle"}},
                   std::to_string(i + 1));
    }
    for (std::size_t j = 0; j < count; ++j) write_cell(html, map, i, j, left, side);
  }
  html.close().close();
}

void write_intervals(Html& html, const std::string& title, const std::string& unit,
                     const std::vector<IntervalPoint>& points, const std::string& note) {
  std::vector<double> all;
  for (const IntervalPoint& point : points) {
    for (const double value : {point.observed, point.low, point.high}) all.push_back(value);
  }
  const Range range = widened(full_range(all), 0.02);
  SvgPlotStyle style;
  style.height = 330.0;
  style.x_label = "observed" + (unit.empty() ? "" : ", " + unit);
  style.y_label = "predicted, with its interval";
  html.open("figure", {{"class", "chart"}}).element("figcaption", title);
  write_legend(html,
               {{"virtual", "the interval holds what was observed"}, {"third", "it does not"}});
  SvgPlot plot(html, title, note, range, range, style);
  plot.line({{range.low, range.low}, {range.high, range.high}}, "equal");
  for (const bool held : {true, false}) {
    std::vector<SvgPoint> middles;
    for (const IntervalPoint& point : points) {
      if (point.holds() != held) continue;
      plot.line({{point.observed, point.low}, {point.observed, point.high}},
                held ? "whisker virtual" : "whisker third");
      middles.push_back({point.observed, point.predicted});
    }
    plot.dots(middles, 2.2, held ? "virtual" : "third");
  }
  plot.finish();
  html.element("p", {{"class", "note"}}, note).close();
}

}  // namespace vgan
