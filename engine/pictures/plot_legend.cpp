#include "engine/pictures/plot_legend.hpp"

#include <algorithm>
#include <cmath>

#include "engine/pictures/plot_axes.hpp"

namespace vgan {
namespace {

constexpr RgbColour white{255, 255, 255};

// Pixels.
constexpr double mark_width = 24;
constexpr double mark_gap = 8;    // between a mark and its name
constexpr double entry_gap = 24;  // between a name and the next mark
constexpr int line_height = 24;
constexpr double middle = 4.5;  // of letters, above the line that they stand on

}  // namespace

std::string fitted_text(const std::string& text, double width, double scale) {
  if (text_width(text, scale) <= width) return text;
  const std::string end = "...";
  std::string cut = text;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  while (!cut.empty()) {
    while (continues(cut.back()) && cut.size() > 1) cut.pop_back();
    cut.pop_back();
    if (!cut.empty() && text_width(cut + end, scale) <= width) return cut + end;
  }
  return "";
}

std::vector<Polyline> dashed(const Polyline& line, double dash, double gap) {
  std::vector<Polyline> made;
  bool on = true;
  double left = dash;  // of what is drawn or left out now
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const Point &a = line[i], &b = line[i + 1];
    const double length = std::hypot(b.x - a.x, b.y - a.y);
    const auto at = [&](double along) {
      const double share = length > 0.0 ? along / length : 0.0;
      return Point{a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
    };
    double done = 0.0;
    if (on && (made.empty() || i == 0)) made.push_back({a});
    while (length - done > left) {
      done += left;
      if (on) {
        made.back().push_back(at(done));
      } else {
        made.push_back({at(done)});
      }
      on = !on;
      left = on ? dash : gap;
    }
    left -= length - done;
    if (on) made.back().push_back(b);
  }
  return made;
}

double PlotLegend::Entry::width() const { return mark_width + mark_gap + text_width(name, 1); }

void PlotLegend::add(Mark mark, RgbColour colour, double opacity, const std::string& name) {
  if (!name.empty()) entries_.push_back({mark, colour, opacity, name});
}

int PlotLegend::lines(double width) const {
  int lines = entries_.empty() ? 0 : 1;
  double left = 0.0;
  for (const Entry& entry : entries_) {
    if (left > 0.0 && left + entry.width() > width) {
      ++lines;
      left = 0.0;
    }
    left += entry.width() + entry_gap;
  }
  return lines;
}

int PlotLegend::height(double width) const { return line_height * lines(width); }

void PlotLegend::draw(Canvas& canvas, const Box& box) const {
  double left = box.left, base = box.top + 16.0;
  for (const Entry& entry : entries_) {
    if (left > box.left && left + entry.width() > box.right) {
      left = box.left;
      base += line_height;
    }
    draw_entry(canvas, entry, left, base);
    left += entry.width() + entry_gap;
  }
}

void PlotLegend::draw_right(Canvas& canvas, int right, int base) const {
  double left = right + entry_gap;
  for (const Entry& entry : entries_) left -= entry.width() + entry_gap;
  for (const Entry& entry : entries_) {
    draw_entry(canvas, entry, left, base);
    left += entry.width() + entry_gap;
  }
}

void PlotLegend::draw_entry(Canvas& canvas, const Entry& entry, double left, double base) const {
  const Pen pen{entry.colour, 2.4, entry.opacity};
  const Point centre{left + 0.5 * mark_width, base - middle};
  const double right = left + mark_width;
  const auto box = [&](double half) {
    canvas.fill_between({{left, centre.y - half}, {right, centre.y - half}},
                        {{left, centre.y + half}, {right, centre.y + half}}, pen, canvas.area());
  };
  switch (entry.mark) {
    case Mark::line:
      canvas.draw({{{left, centre.y}, {right, centre.y}}}, pen, canvas.area());
      break;
    case Mark::box: box(6.0); break;
    case Mark::strip: box(3.0); break;
    case Mark::dot: canvas.draw({{centre}}, {pen.colour, 7, pen.opacity}, canvas.area()); break;
    case Mark::ring:
      canvas.draw({{centre}}, {pen.colour, 13, pen.opacity}, canvas.area());
      canvas.draw({{centre}}, {white, 9, 1}, canvas.area());
      break;
  }
  const double room = canvas.area().right - right - mark_gap;
  canvas.text(fitted_text(entry.name, room, 1), {right + mark_gap, base}, 1, plot_ink);
}

}  // namespace vgan
