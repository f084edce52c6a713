#include "engine/report/svg_plot.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"

namespace vgan {
namespace {

constexpr double digit_width = 6.8;  // of the labels' type
constexpr double most_label = 110.0;

// Room for the widest label; names may take more.
double room_of(const std::vector<Tick>& ticks) {
  std::size_t longest = 0;
  for (const Tick& tick : ticks) longest = std::max(longest, tick.label.size());
  return std::min(most_label, static_cast<double>(longest) * digit_width);
}

void append_point(std::string& path, char command, double x, double y) {
  path += command;
  append_fixed(path, x, 1);
  path += ' ';
  append_fixed(path, y, 1);
}

}  // namespace

std::string svg_number(double value) { return fixed_text(value, 1); }

std::string axis_name(const std::string& name, std::size_t most) {
  const std::string text = printable(name);
  if (text.size() <= most) return text;
  std::size_t end = most - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "\xE2\x80\xA6";
}

std::vector<Tick> axis_ticks(const Range& range, const std::vector<std::string>& names, int wanted,
                             double least_step) {
  if (names.empty()) return ticks(range, wanted, least_step);
  std::vector<Tick> made;
  for (std::size_t i = 0; i < names.size(); ++i) {
    made.push_back({static_cast<double>(i), axis_name(names[i], 14)});
  }
  return made;
}

SvgPlot::SvgPlot(Html& html, const std::string& label, const std::string& about, const Range& x,
                 const Range& y, const SvgPlotStyle& style)
    : html_(html), x_range_(x), y_range_(y), style_(style) {
  if (!(x_range_.span() > 0.0)) x_range_ = full_range({x_range_.low});
  if (!(y_range_.span() > 0.0)) y_range_ = full_range({y_range_.low});
  const double numbers = style.y_axis ? room_of(axis_ticks(y_range_, style.y_names, 5, 0.0)) : 0.0;
  left_ = std::max(style.least_left, numbers + 10.0) + (style.y_label.empty() ? 0.0 : 18.0);
  right_ = style.width - 12.0;
  top_ = 8.0;
  bottom_ = style.height - (style.x_label.empty() ? 24.0 : 42.0);
  html_.open("svg", {{"viewBox", "0 0 " + svg_number(style.width) + " " + svg_number(style.height)},
                     {"class", "plot"},
                     {"role", "img"},
                     {"aria-label", label}});
  if (!about.empty()) html_.element("desc", about);
  draw_axes();
}

double SvgPlot::x(double value) const {
  const double share = (value - x_range_.low) / x_range_.span();
  return left_ + std::clamp(share, 0.0, 1.0) * (right_ - left_);
}

double SvgPlot::y(double value) const {
  const double share = (value - y_range_.low) / y_range_.span();
  return bottom_ - std::clamp(share, 0.0, 1.0) * (bottom_ - top_);
}

void SvgPlot::draw_axes() {
  draw_x_axis(style_);
  if (style_.y_axis) draw_y_axis(style_);
  html_.single("path", {{"class", "axis"},
                        {"d", "M" + svg_number(left_) + " " + svg_number(top_) + "V" +
                                  svg_number(bottom_) + "H" + svg_number(right_)}});
}

void SvgPlot::draw_x_axis(const SvgPlotStyle& style) {
  const std::vector<Tick> all = axis_ticks(x_range_, style.x_names, 6, style.x_whole ? 1.0 : 0.0);
  double free_from = -1e9;
  for (const Tick& tick : all) {
    const double at = x(tick.value);
    const double half = static_cast<double>(tick.label.size()) * digit_width / 2.0;
    if (at - half < free_from) continue;
    free_from = at + half + 6.0;
    html_.single("path", {{"class", "tick"},
                          {"d", "M" + svg_number(at) + " " + svg_number(bottom_) + "v4"}});
    const bool last = at + half > style.width - 1.0;
    html_.element("text",
                  {{"x", svg_number(last ? style.width - 1.0 : at)},
                   {"y", svg_number(bottom_ + 17.0)},
                   {"text-anchor", last ? "end" : "middle"}},
                  tick.label);
  }
  if (style.x_label.empty()) return;
  html_.element("text",
                {{"class", "label"},
                 {"x", svg_number((left_ + right_) / 2.0)},
                 {"y", svg_number(style.height - 6.0)},
                 {"text-anchor", "middle"}},
                axis_name(style.x_label, 56));
}

void SvgPlot::draw_y_axis(const SvgPlotStyle& style) {
  double free_from = 1e9;
  for (const Tick& tick : axis_ticks(y_range_, style.y_names, 5, 0.0)) {
    const double at = y(tick.value);
    if (at > free_from) continue;
    free_from = at - 14.0;
    html_.single(
        "path", {{"class", "grid"},
                 {"d", "M" + svg_number(left_) + " " + svg_number(at) + "H" + svg_number(right_)}});
    html_.element(
        "text",
        {{"x", svg_number(left_ - 6.0)}, {"y", svg_number(at + 4.0)}, {"text-anchor", "end"}},
        tick.label);
  }
  if (style.y_label.empty()) return;
  const std::string at = svg_number(12.0) + " " + svg_number((top_ + bottom_) / 2.0);
  html_.element("text",
                {{"class", "label"},
                 {"transform", "translate(" + at + ") rotate(-90)"},
                 {"text-anchor", "middle"}},
                axis_name(style.y_label, 34));
}

void SvgPlot::line(const std::vector<SvgPoint>& points, const std::string& style_class) {
  std::string path;
  bool going = false;
  for (const SvgPoint& point : points) {
    const bool there = std::isfinite(point.x) && std::isfinite(point.y);
    if (there) append_point(path, going ? 'L' : 'M', x(point.x), y(point.y));
    going = there;
  }
  if (!path.empty()) html_.single("path", {{"class", "line " + style_class}, {"d", path}});
}

void SvgPlot::band(const std::vector<SvgPoint>& low, const std::vector<SvgPoint>& high,
                   const std::string& style_class) {
  std::string path;
  for (const SvgPoint& point : low) {
    if (!std::isfinite(point.y)) continue;
    append_point(path, path.empty() ? 'M' : 'L', x(point.x), y(point.y));
  }
  for (auto point = high.rbegin(); point != high.rend(); ++point) {
    if (std::isfinite(point->y)) append_point(path, 'L', x(point->x), y(point->y));
  }
  if (!path.empty()) html_.single("path", {{"class", "band " + style_class}, {"d", path + "Z"}});
}

void SvgPlot::box(double from_x, double to_x, double from_y, double to_y,
                  const std::string& style_class, const std::string& read_out) {
  const double left = x(from_x), right = x(to_x), low = y(from_y), high = y(to_y);
  html_.open("rect", {{"class", style_class},
                      {"x", svg_number(left)},
                      {"y", svg_number(std::min(low, high))},
                      {"width", svg_number(std::max(0.0, right - left))},
                      {"height", svg_number(std::abs(low - high))}});
  if (!read_out.empty()) html_.element("title", read_out);
  html_.close();
}

void SvgPlot::dots(const std::vector<SvgPoint>& points, double radius,
                   const std::string& style_class) {
  // A line of no length with round ends is a dot, and takes a few characters.
  std::string path;
  for (const SvgPoint& point : points) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
    append_point(path, 'M', x(point.x), y(point.y));
    path += "h0";
  }
  if (path.empty()) return;
  html_.single(
      "path",
      {{"class", "dots " + style_class}, {"stroke-width", svg_number(2.0 * radius)}, {"d", path}});
}

void SvgPlot::vertical(double at, const std::string& style_class, const std::string& read_out) {
  html_.open("path",
             {{"class", style_class},
              {"d", "M" + svg_number(x(at)) + " " + svg_number(top_) + "V" + svg_number(bottom_)}});
  if (!read_out.empty()) html_.element("title", read_out);
  html_.close();
}

void SvgPlot::finish() { html_.close(); }

void write_legend(Html& html, const std::vector<LegendEntry>& entries) {
  html.open("p", {{"class", "legend"}});
  for (const LegendEntry& entry : entries) {
    html.open("span").element("i", {{"class", entry.style_class}}, "").text(entry.name).close();
  }
  html.close();
}

}  // namespace vgan
