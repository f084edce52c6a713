#include "engine/pictures/profile_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/pictures/canvas.hpp"
#include "engine/pictures/curves.hpp"
#include "engine/pictures/plot_axes.hpp"
#include "engine/pictures/plot_legend.hpp"
#include "engine/pictures/profile_axes.hpp"

namespace vgan {
namespace {

using Kind = ProfilePlot::Axis::Kind;
using Reach = ProfilePlot::Reach;

constexpr RgbColour white{255, 255, 255};
constexpr std::array<RgbColour, most_profile_curves> colours{
    curve_blue,   curve_vermilion, curve_green,  curve_purple,
    curve_orange, {86, 180, 233},  {60, 60, 60}, {150, 150, 150}};

// Pixels.
constexpr int margin = 20;
constexpr int least_label_room = 52;
constexpr int title_base = 34;
constexpr int note_base = 58;
constexpr int label_height = 28;  // of the outcome's name, above the frame
constexpr int foot = 58;          // below the frame
constexpr int strip_height = 6;
constexpr double title_scale = 1.4;
constexpr double line_width = 2.4;
constexpr double dot_width = 8;
constexpr double real_width = 4.5;
constexpr double ring_width = 13, ring_inside = 9;
constexpr double widest_box = 54, widest_jitter = 8, widest_dodge = 16;
constexpr double dash = 7, dash_gap = 7;
constexpr double pale = 0.4;  // of a band's opacity, where it is outside

void check(const ProfilePlot& plot, const ProfileStyle& style) {
  const auto fail = [](const std::string& found, const std::string& allowed) {
    throw Error(ErrorCode::internal, {"cannot draw a profile", "", found, allowed, ""});
  };
  for (const int size : {style.width, style.height}) {
    if (size < 300 || size > 10000) fail(std::to_string(size) + " pixels", "300 to 10000");
  }
  const std::size_t count = plot.places.size();
  if (count == 0) fail("no places", "one or more");
  if (plot.curves.empty() || plot.curves.size() > most_profile_curves) {
    fail(std::to_string(plot.curves.size()) + " curves",
         "1 to " + std::to_string(most_profile_curves));
  }
  bool alike = plot.reach.size() == count;
  for (const auto& curve : plot.curves) alike = alike && curve.values.size() == count;
  for (const auto& band : plot.bands) {
    alike = alike && band.low.size() == count && band.high.size() == count;
  }
  if (plot.across.kind == Kind::words) alike = alike && plot.across.words.size() == count;
  if (!alike) fail("values of other lengths", std::to_string(count) + ", one for each place");
}

/// One picture while it is drawn.
class Drawing {
 public:
  Drawing(const ProfilePlot& plot, const ProfileStyle& style)
      : plot_(plot), canvas_(style.width, style.height, white), dots_(plot.places.size()) {
    const PlotLegend legend = legend_of();
    const int lowest = plot.note.empty() ? title_base : note_base;
    // The outcome's name and the legend share a line where they have room.
    const double beside =
        style.width - 3.0 * margin - least_label_room - text_width(plot.up.label, 1);
    const bool shared = legend.lines(beside) == 1;
    const int above = shared ? 0 : legend.height(style.width - 2 * margin);
    frame_ = {0, lowest + 16 + above + label_height, style.width - margin, style.height - foot};
    y_ = {profile_up_range(plot), frame_.bottom - 1.0, frame_.top + 1.0};
    up_ticks_ = profile_up_ticks(plot, y_);
    frame_.left = label_room(up_ticks_, least_label_room);
    x_ = {profile_across_range(plot), frame_.left + 1.0, frame_.right - 1.0};
    if (shared) {
      legend.draw_right(canvas_, frame_.right, frame_.top - 12);
    } else {
      legend.draw(canvas_, {margin, lowest + 16, style.width - margin, frame_.top});
    }
  }

  RgbImage draw() {
    draw_texts();
    draw_axes();
    draw_bands();
    draw_reach();
    draw_real();
    draw_curves();
    draw_plot_frame(canvas_, frame_);
    return canvas_.image();
  }

 private:
  bool marks() const { return plot_.across.kind == Kind::words; }
  bool dotted() const { return dots_ <= most_profile_dots; }
  double slot() const { return x_.length() / x_.range.span(); }  // of a place of words
  double box() const { return std::min(widest_box, 0.5 * slot()); }
  bool outside(std::size_t place) const { return plot_.reach[place] == Reach::outside; }
  Box inside() const {
    return {frame_.left + 1, frame_.top + 1, frame_.right - 1, frame_.bottom - 1};
  }
  // How far the marks of a curve stand beside the middle of their place.
  double dodge(std::size_t curve) const {
    if (!marks() || plot_.curves.size() < 2) return 0.0;
    const auto count = static_cast<double>(plot_.curves.size());
    return (static_cast<double>(curve) - 0.5 * (count - 1.0)) *
           std::min(widest_dodge, 0.7 * slot() / count);
  }
  static double opacity(std::size_t band) { return band == 0 ? 0.2 : 0.3; }

  std::size_t real_outside() const {
    const Range across = profile_across_range(plot_), up = profile_up_range(plot_);
    return static_cast<std::size_t>(std::count_if(
        plot_.real.begin(), plot_.real.end(),
        [&](const Point& point) { return !across.holds(point.x) || !up.holds(point.y); }));
  }

  PlotLegend legend_of() const {
    using Mark = PlotLegend::Mark;
    PlotLegend made;
    const bool several = plot_.curves.size() > 1;
    for (std::size_t i = 0; i < plot_.curves.size(); ++i) {
      const bool mark = marks() && several;
      made.add(mark ? Mark::dot : Mark::line, colours[i], 1.0, plot_.curves[i].name);
    }
    double through = 1.0;  // what shows through the bands so far
    for (std::size_t i = 0; i < plot_.bands.size(); ++i) {
      through *= 1.0 - opacity(i);
      made.add(Mark::box, colours[0], 1.0 - through, plot_.bands[i].name);
    }
    const std::size_t beyond = real_outside();
    if (!plot_.real_name.empty()) {
      made.add(plot_.shares ? Mark::ring : Mark::dot, plot_ink, 0.7,
               plot_.real_name +
                   (beyond > 0 ? " (" + std::to_string(beyond) + " beyond the axes)" : ""));
    }
    const auto has = [&](Reach reach) {
      return std::find(plot_.reach.begin(), plot_.reach.end(), reach) != plot_.reach.end();
    };
    if (has(Reach::edge)) made.add(Mark::strip, curve_orange, 1.0, "edge of the data");
    if (has(Reach::outside)) made.add(Mark::strip, curve_vermilion, 1.0, "outside the data");
    return made;
  }

  void draw_texts() {
    const double room = canvas_.area().width() - 2.0 * margin;
    canvas_.text(fitted_text(plot_.title, room, title_scale), {margin, title_base}, title_scale,
                 plot_ink);
    canvas_.text(fitted_text(plot_.note, room, 1), {margin, note_base}, 1, plot_grey);
    canvas_.text(fitted_text(plot_.up.label, room, 1), {margin, frame_.top - 12.0}, 1, plot_ink);
    const double middle = 0.5 * (frame_.left + frame_.right);
    canvas_.text(fitted_text(plot_.across.label, room, 1), {middle, frame_.bottom + 44.0}, 1,
                 plot_ink, Align::centre);
  }

  void draw_axes() {
    draw_horizontal_lines(canvas_, frame_, y_, up_ticks_);
    draw_labels_left(canvas_, frame_, y_, up_ticks_);
    if (marks()) return draw_words();
    const std::vector<Tick> found = profile_across_ticks(plot_, x_, frame_);
    draw_vertical_lines(canvas_, frame_, x_, found);
    draw_labels_below(canvas_, frame_, x_, found);
  }

  // Words below their places, cut to their room; every second one, every third, where that is
  // small.
  void draw_words() {
    constexpr double least_room = 44;
    const auto stride = static_cast<std::size_t>(std::max(1.0, std::ceil(least_room / slot())));
    for (std::size_t i = 0; i < plot_.places.size(); i += stride) {
      const std::string word =
          fitted_text(plot_.across.words[i], slot() * static_cast<double>(stride) - 10.0, 1);
      canvas_.text(word, {x_.at(plot_.places[i]), frame_.bottom + 18.0}, 1, plot_ink,
                   Align::centre);
    }
  }

  void draw_band(const ProfilePlot::Band& band, std::size_t first, std::size_t last,
                 double opacity) {
    Polyline upper, lower;
    for (std::size_t i = first; i <= last; ++i) {
      upper.push_back({x_.at(plot_.places[i]), y_.at(band.high[i])});
      lower.push_back({x_.at(plot_.places[i]), y_.at(band.low[i])});
    }
    if (first == last) {
      const double half = 0.5 * (marks() ? box() : dot_width);
      upper.push_back({upper[0].x + half, upper[0].y});
      lower.push_back({lower[0].x + half, lower[0].y});
      upper[0].x -= half;
      lower[0].x -= half;
    }
    canvas_.fill_between(upper, lower, {colours[0], 1, opacity}, inside());
  }

  void draw_bands() {
    for (std::size_t k = 0; k < plot_.bands.size(); ++k) {
      each_run([&](std::size_t first, std::size_t last, bool outside) {
        draw_band(plot_.bands[k], first, last, (outside ? pale : 1.0) * opacity(k));
      });
    }
  }

  // Calls `take(first, last, outside)` for runs of places that are joined alike; of marks, for each
  // place.
  template <class Take>
  void each_run(const Take& take) const {
    const std::size_t count = plot_.places.size();
    if (marks() || count == 1) {
      for (std::size_t i = 0; i < count; ++i) take(i, i, outside(i));
      return;
    }
    const auto joined_outside = [&](std::size_t i) { return outside(i) || outside(i + 1); };
    for (std::size_t first = 0; first + 1 < count;) {
      std::size_t last = first + 1;
      while (last + 1 < count && joined_outside(last) == joined_outside(first)) ++last;
      take(first, last, joined_outside(first));
      first = last;
    }
  }

  // A strip at the foot: each place up to the middles between it and its neighbours.
  void draw_reach() {
    const std::size_t count = plot_.places.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (plot_.reach[i] == Reach::inside) continue;
      const double at = x_.at(plot_.places[i]);
      const double half = marks() ? 0.5 * slot() : 3.0;
      const double left = i > 0 ? 0.5 * (x_.at(plot_.places[i - 1]) + at) : at - half;
      const double right = i + 1 < count ? 0.5 * (at + x_.at(plot_.places[i + 1])) : at + half;
      const Box box{std::max(frame_.left + 1, static_cast<int>(std::lround(left))),
                    frame_.bottom - 1 - strip_height,
                    std::min(frame_.right - 1, static_cast<int>(std::lround(right))),
                    frame_.bottom - 1};
      canvas_.fill(box, outside(i) ? curve_vermilion : curve_orange);
    }
  }

  // Points at one place are spread a little, so that many are seen as many.
  double jitter(std::size_t i) const {
    double half = 0.0;
    if (marks()) half = 0.4 * box();
    if (!plot_.across.marks.empty()) {
      double gap = x_.length();
      for (std::size_t k = 0; k + 1 < plot_.places.size(); ++k) {
        gap = std::min(gap, x_.at(plot_.places[k + 1]) - x_.at(plot_.places[k]));
      }
      half = std::min(widest_jitter, 0.25 * gap);
    }
    constexpr double golden = 0.6180339887498949;
    double whole = 0.0;
    return half * (2.0 * std::modf(golden * static_cast<double>(i), &whole) - 1.0);
  }

  void draw_real() {
    const auto count = static_cast<double>(std::max<std::size_t>(plot_.real.size(), 1));
    const double opacity = std::clamp(0.55 * std::sqrt(250.0 / count), 0.12, 0.55);
    for (std::size_t i = 0; i < plot_.real.size(); ++i) {
      const Point& point = plot_.real[i];
      if (!x_.range.holds(point.x) || !y_.range.holds(point.y)) continue;
      canvas_.draw({{{x_.at(point.x) + jitter(i), y_.at(point.y)}}},
                   {plot_ink, real_width, opacity}, inside());
    }
    for (std::size_t k = 0; k < plot_.curves.size(); ++k) {
      for (const Point& point : plot_.curves[k].real) {
        const Polyline at{{x_.at(point.x) + dodge(k), y_.at(point.y)}};
        canvas_.draw({at}, {colours[k], ring_width, 1}, frame_);
        canvas_.draw({at}, {white, ring_inside, 1}, frame_);
      }
    }
  }

  void draw_curves() {
    for (std::size_t k = plot_.curves.size(); k-- > 0;) {
      const auto& values = plot_.curves[k].values;
      const Pen pen{colours[k], line_width, 1};
      const auto at = [&](std::size_t i) {
        return Point{x_.at(plot_.places[i]) + dodge(k), y_.at(values[i])};
      };
      each_run([&](std::size_t first, std::size_t last, bool outside) {
        Polyline line;
        for (std::size_t i = first; i <= last; ++i) line.push_back(at(i));
        if (marks() && plot_.curves.size() == 1) {
          const double half = 0.5 * box();
          line = {{line[0].x - half, line[0].y}, {line[0].x + half, line[0].y}};
        }
        if (line.size() < 2) return;
        canvas_.draw(outside ? dashed(line, dash, dash_gap) : std::vector<Polyline>{line}, pen,
                     inside());
      });
      if (!dotted() && !marks()) continue;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const double width = plot_.curves.size() > 1 ? dot_width - 1 : dot_width;
        canvas_.draw({{at(i)}}, {colours[k], width, 1}, frame_);
        if (outside(i)) canvas_.draw({{at(i)}}, {white, width - 4, 1}, frame_);
      }
    }
  }

  const ProfilePlot& plot_;
  Canvas canvas_;
  std::size_t dots_;
  Box frame_;
  PlotAxis x_, y_;
  std::vector<Tick> up_ticks_;
};

}  // namespace

RgbImage draw_profile(const ProfilePlot& plot, const ProfileStyle& style) {
  check(plot, style);
  return Drawing(plot, style).draw();
}

}  // namespace vgan
