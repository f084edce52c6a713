#include "engine/report/line_chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/sorted_quantile.hpp"

namespace vgan {
namespace {

constexpr std::size_t rows_of_table = 12;
constexpr double far_beyond = 10.0;

// Every x that a line has a point at, in order.
std::vector<double> places_of(const LineChart& chart) {
  std::set<double> places;
  for (const ChartLine& line : chart.lines) {
    for (const SvgPoint& point : line.points) places.insert(point.x);
  }
  return {places.begin(), places.end()};
}

// From the least to the greatest value; where one twentieth of the values would leave the others
// flat, from those less as much again on either side.
Range range_of(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !drawable(value); });
  std::sort(values.begin(), values.end());
  if (values.empty()) return {0.0, 1.0};
  const double low = sorted_quantile(values, 0.05), high = sorted_quantile(values, 0.95);
  const Range full = full_range(values);
  if (!(high > low) || full.span() <= far_beyond * (high - low)) return widened(full, 0.04);
  return {std::max(full.low, low - (high - low)), std::min(full.high, high + (high - low))};
}

Range y_range(const LineChart& chart) {
  if (chart.y) return *chart.y;
  std::vector<double> values;
  for (const ChartLine& line : chart.lines) {
    for (const auto* points : {&line.points, &line.low, &line.high}) {
      for (const SvgPoint& point : *points) values.push_back(point.y);
    }
  }
  return range_of(std::move(values));
}

std::string number_or_null(double value) {
  return std::isfinite(value) ? general_text(value, 5) : "null";
}

// What the script reads out: the frame of the picture and the points, as JSON.
std::string read_out(const LineChart& chart, const SvgPlot& plot, const std::vector<double>& places,
                     const SvgPlotStyle& style) {
  std::string text =
      "{\"w\":" + number_or_null(style.width) + ",\"l\":" + number_or_null(plot.left()) +
      ",\"r\":" + number_or_null(plot.right()) + ",\"t\":" + number_or_null(plot.top()) +
      ",\"b\":" + number_or_null(plot.bottom()) + ",\"p\":[";
  for (std::size_t i = 0; i < places.size(); ++i) {
    text += (i > 0 ? "," : "") + number_or_null(plot.x(places[i]));
  }
  text += "],\"x\":[";
  for (std::size_t i = 0; i < places.size(); ++i) {
    text += (i > 0 ? "," : "") + number_or_null(std::round(places[i]));
  }
  text += "],\"y\":[";
  for (std::size_t n = 0; n < chart.lines.size(); ++n) {
    text += n > 0 ? ",[" : "[";
    std::size_t next = 0;
    const std::vector<SvgPoint>& points = chart.lines[n].points;
    for (std::size_t i = 0; i < places.size(); ++i) {
      while (next < points.size() && points[next].x < places[i]) ++next;
      const bool here = next < points.size() && points[next].x == places[i];
      text += (i > 0 ? "," : "") + (here ? number_or_null(points[next].y) : "null");
    }
    text += "]";
  }
  return text + "]}";
}

// One name for each line, between signs that no printable name has.
std::string names_of(const LineChart& chart) {
  std::string names;
  for (const ChartLine& line : chart.lines) {
    names += (names.empty() ? "" : "|") + printable(line.name);
  }
  return names;
}

double value_at(const ChartLine& line, double x) {
  for (const SvgPoint& point : line.points) {
    if (point.x >= x) return point.y;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

void write_numbers(Html& html, const LineChart& chart, const std::vector<double>& places) {
  html.open("details").element("summary", "Numbers of this chart");
  html.open("div", {{"class", "scroll"},
                    {"tabindex", "0"},
                    {"role", "region"},
                    {"aria-label", "Numbers: " + chart.title}});
  html.open("table").open("thead").open("tr").element("th", {{"scope", "col"}}, chart.x_label);
  for (const ChartLine& line : chart.lines) html.element("th", {{"scope", "col"}}, line.name);
  html.close().close().open("tbody");
  const std::size_t rows = std::min(rows_of_table, places.size());
  for (std::size_t i = 0; i < rows; ++i) {
    const double at = places[rows < 2 ? 0 : i * (places.size() - 1) / (rows - 1)];
    html.open("tr").element("th", {{"scope", "row"}}, fixed_text(at, 0));
    for (const ChartLine& line : chart.lines) {
      const double value = value_at(line, at);
      html.element("td", std::isfinite(value) ? general_text(value, 4) : "\xE2\x80\x93");
    }
    html.close();
  }
  html.close().close().close().close();
}

}  // namespace

ChartLine chart_line(const std::string& name, const std::string& style_class,
                     const LongSeries& series, std::size_t most) {
  ChartLine made{name, style_class, {}, {}, {}};
  const auto& buckets = series.buckets();
  const std::size_t each = std::max<std::size_t>(1, (buckets.size() + most - 1) / most);
  for (std::size_t first = 0; first < buckets.size(); first += each) {
    const std::size_t end = std::min(buckets.size(), first + each);
    double sum = 0.0, low = std::numeric_limits<double>::infinity(), high = -low;
    std::uint64_t drawable = 0;
    for (std::size_t i = first; i < end; ++i) {
      if (buckets[i].drawable == 0) continue;
      sum += buckets[i].sum;
      drawable += buckets[i].drawable;
      low = std::min(low, buckets[i].low);
      high = std::max(high, buckets[i].high);
    }
    const double x = (buckets[first].first_x + buckets[end - 1].last_x) / 2.0;
    const double none = std::numeric_limits<double>::quiet_NaN();
    made.points.push_back({x, drawable > 0 ? sum / static_cast<double>(drawable) : none});
    made.low.push_back({x, drawable > 0 ? low : none});
    made.high.push_back({x, drawable > 0 ? high : none});
  }
  if (series.points() <= made.points.size()) {
    made.low.clear();
    made.high.clear();
  }
  return made;
}

void write_line_chart(Html& html, const LineChart& chart) {
  const std::vector<double> places = places_of(chart);
  if (places.empty()) return;
  html.open("figure", {{"class", "chart"}}).element("figcaption", chart.title);
  std::vector<LegendEntry> legend;
  for (const ChartLine& line : chart.lines) legend.push_back({line.style_class, line.name});
  write_legend(html, legend);

  SvgPlotStyle style;
  style.x_label = chart.x_label;
  style.x_whole = true;
  Html picture;
  SvgPlot plot(picture, chart.title, chart.about, {places.front(), places.back()}, y_range(chart),
               style);
  for (const ChartLine& line : chart.lines) plot.band(line.low, line.high, line.style_class);
  for (const ChartLine& line : chart.lines) {
    plot.line(line.points, line.style_class);
    if (line.dotted) plot.dots(line.points, 3.0, line.style_class);
  }
  for (const ChartMark& mark : chart.marks) plot.vertical(mark.x, "mark", mark.text);
  plot.finish();
  html.open("div", {{"class", "reader"},
                    {"data-title", chart.title},
                    {"data-unit", chart.x_label},
                    {"data-names", names_of(chart)},
                    {"data-plot", read_out(chart, plot, places, style)}});
  html.add(picture).close();
  html.element("p", {{"class", "read"}}, "");
  if (!chart.note.empty()) html.element("p", {{"class", "note"}}, chart.note);
  write_numbers(html, chart, places);
  html.close();
}

}  // namespace vgan
