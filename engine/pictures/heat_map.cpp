#include "engine/pictures/heat_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/base/error.hpp"
#include "engine/pictures/canvas.hpp"
#include "engine/pictures/curves.hpp"
#include "engine/pictures/plot_axes.hpp"
#include "engine/pictures/plot_legend.hpp"
#include "engine/pictures/profile_axes.hpp"

namespace vgan {
namespace {

using Reach = ProfilePlot::Reach;

constexpr RgbColour white{255, 255, 255};
// Five colours of viridis (S. van der Walt, N. Smith, 2015).
constexpr std::array<RgbColour, 5> heat_colours{
    {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}}};

// Pixels.
constexpr int margin = 20;
constexpr int title_base = 34, note_base = 58;
constexpr int label_height = 28;  // of names above the frame
constexpr int foot = 58;          // below the frame
constexpr int bar_width = 18, bar_gap = 26;
constexpr double most_word = 120;
constexpr double title_scale = 1.4;
constexpr double stroke_width = 1.4;
constexpr double dot_width = 9, dot_inside = 6;
constexpr double pale = 0.7;  // of white, over what is outside
constexpr double least_word_room = 44, line_height = 16;

void check(const HeatMap& map, const ProfileStyle& style) {
  const auto fail = [](const std::string& found, const std::string& allowed) {
    throw Error(ErrorCode::internal, {"cannot draw a heat map", "", found, allowed, ""});
  };
  for (const int size : {style.width, style.height}) {
    if (size < 300 || size > 10000) fail(std::to_string(size) + " pixels", "300 to 10000");
  }
  const std::size_t count = map.across.places.size() * map.up.places.size();
  if (count == 0) fail("no places", "one or more");
  if (map.values.size() != count || map.reach.size() != count) {
    fail("values of other lengths", std::to_string(count) + ", one for each pair of places");
  }
}

RgbColour mixed(RgbColour a, RgbColour b, double share) {
  const auto mix = [share](std::uint8_t from, std::uint8_t to) {
    return static_cast<std::uint8_t>(std::lround(from + share * (to - from)));
  };
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

/// One picture while it is drawn.
class Drawing {
 public:
  Drawing(const HeatMap& map, const ProfileStyle& style)
      : map_(map), canvas_(style.width, style.height, white), range_(range_of(map)) {
    const PlotLegend legend = legend_of();
    const int lowest = map.note.empty() ? title_base : note_base;
    const int above = legend.height(style.width - 2 * margin);
    frame_ = {left_room(), lowest + 16 + above + label_height, 0, style.height - foot};
    bar_ = {{range_.low, range_.high}, frame_.bottom - 1.0, frame_.top + 1.0};
    ProfilePlot plot;
    plot.up = map.of;
    bar_ticks_ = profile_up_ticks(plot, bar_);
    const int bar_room = label_room(bar_ticks_, 40);
    frame_.right = style.width - margin - bar_room - bar_width - bar_gap;
    legend.draw(canvas_, {margin, lowest + 16, style.width - margin, frame_.top});
  }

  RgbImage draw() {
    draw_cells();
    draw_real();
    draw_plot_frame(canvas_, frame_);
    draw_texts();
    draw_words();
    draw_bar();
    return canvas_.image();
  }

 private:
  static Range range_of(const HeatMap& map) {
    Range range = full_range(map.values);
    std::vector<double> real;
    for (const HeatMap::Real& one : map.real) real.push_back(one.value);
    if (real.empty()) return range;
    const Range most = robust_range(real);  // which a single value has room in
    const auto [least, greatest] = std::minmax_element(real.begin(), real.end());
    return {std::min(range.low, std::max(most.low, *least)),
            std::max(range.high, std::min(most.high, *greatest))};
  }

  RgbColour colour_of(double value) const {
    return heat_colour((value - range_.low) / range_.span());
  }
  double across(double place) const {
    const auto count = static_cast<double>(map_.across.places.size());
    return frame_.left + (place + 0.5) / count * frame_.width();
  }
  double up(double place) const {
    const auto count = static_cast<double>(map_.up.places.size());
    return frame_.bottom - (place + 0.5) / count * frame_.height();
  }

  int left_room() const {
    double widest = 0.0;
    for (const std::string& place : map_.up.places) {
      widest = std::max(widest, std::min(most_word, text_width(place, 1)));
    }
    return margin + static_cast<int>(std::ceil(widest)) + 10;
  }

  PlotLegend legend_of() const {
    using Mark = PlotLegend::Mark;
    PlotLegend made;
    const auto has = [&](Reach reach) {
      return std::find(map_.reach.begin(), map_.reach.end(), reach) != map_.reach.end();
    };
    if (!map_.real_name.empty()) made.add(Mark::ring, plot_ink, 1.0, map_.real_name);
    if (has(Reach::edge)) made.add(Mark::strip, curve_orange, 1.0, "edge of the data");
    if (has(Reach::outside)) made.add(Mark::strip, curve_vermilion, 1.0, "outside the data");
    return made;
  }

  void draw_cells() {
    const std::size_t rows = map_.up.places.size();
    for (std::size_t i = 0; i < map_.across.places.size(); ++i) {
      for (std::size_t j = 0; j < rows; ++j) {
        const auto x = static_cast<double>(i), y = static_cast<double>(j);
        const Box box{pixel(across(x - 0.5)), pixel(up(y + 0.5)), pixel(across(x + 0.5)),
                      pixel(up(y - 0.5))};
        const Reach reach = map_.reach[i * rows + j];
        const RgbColour colour = colour_of(map_.values[i * rows + j]);
        canvas_.fill(box, reach == Reach::outside ? mixed(colour, white, pale) : colour);
        if (reach != Reach::inside) draw_stroke(box, reach);
      }
    }
  }

  static int pixel(double at) { return static_cast<int>(std::lround(at)); }

  void draw_stroke(const Box& box, Reach reach) {
    const double inset = std::min(3.0, 0.2 * std::min(box.width(), box.height()));
    canvas_.draw({{{box.left + inset, box.bottom - inset}, {box.right - inset, box.top + inset}}},
                 {reach == Reach::outside ? curve_vermilion : curve_orange, stroke_width, 1}, box);
  }

  void draw_real() {
    for (const HeatMap::Real& one : map_.real) {
      const Polyline at{{across(one.across), up(one.up)}};
      canvas_.draw({at}, {plot_ink, dot_width, 1}, frame_);
      canvas_.draw({at}, {white, dot_inside + 1.2, 1}, frame_);
      canvas_.draw({at}, {colour_of(one.value), dot_inside, 1}, frame_);
    }
  }

  void draw_texts() {
    const double room = canvas_.area().width() - 2.0 * margin;
    canvas_.text(fitted_text(map_.title, room, title_scale), {margin, title_base}, title_scale,
                 plot_ink);
    canvas_.text(fitted_text(map_.note, room, 1), {margin, note_base}, 1, plot_grey);
    const double half = 0.5 * room - 10.0;
    canvas_.text(fitted_text(map_.up.label, half, 1), {margin, frame_.top - 12.0}, 1, plot_ink);
    canvas_.text(fitted_text(map_.of.label, half, 1),
                 {static_cast<double>(canvas_.area().width() - margin), frame_.top - 12.0}, 1,
                 plot_ink, Align::right);
    canvas_.text(fitted_text(map_.across.label, room, 1),
                 {0.5 * (frame_.left + frame_.right), frame_.bottom + 44.0}, 1, plot_ink,
                 Align::centre);
  }

  // Every place is written, every second, every third, as there is room.
  static std::size_t stride_of(double room_each, double needed) {
    return static_cast<std::size_t>(std::max(1.0, std::ceil(needed / room_each)));
  }

  void draw_words() {
    const std::vector<std::string>& columns = map_.across.places;
    const std::vector<std::string>& rows = map_.up.places;
    const double slot = static_cast<double>(frame_.width()) / static_cast<double>(columns.size());
    double widest = least_word_room;
    for (const std::string& word : columns) {
      widest = std::max(widest, std::min(most_word, text_width(word, 1) + 12.0));
    }
    const std::size_t stride = stride_of(slot, widest);
    for (std::size_t i = 0; i < columns.size(); i += stride) {
      const std::string word = fitted_text(columns[i], slot * static_cast<double>(stride) - 8.0, 1);
      canvas_.text(word, {across(static_cast<double>(i)), frame_.bottom + 18.0}, 1, plot_ink,
                   Align::centre);
    }
    const double height = static_cast<double>(frame_.height()) / static_cast<double>(rows.size());
    for (std::size_t j = 0; j < rows.size(); j += stride_of(height, line_height)) {
      canvas_.text(fitted_text(rows[j], most_word, 1),
                   {frame_.left - 8.0, up(static_cast<double>(j)) + 4.0}, 1, plot_ink,
                   Align::right);
    }
  }

  void draw_bar() {
    const Box box{frame_.right + bar_gap, frame_.top, frame_.right + bar_gap + bar_width,
                  frame_.bottom};
    for (int y = box.top; y < box.bottom; ++y) {
      const double share = (box.bottom - 0.5 - y) / box.height();
      canvas_.fill({box.left, y, box.right, y + 1}, heat_colour(share));
    }
    draw_plot_frame(canvas_, box);
    for (const Tick& tick : bar_ticks_) {
      const double y = bar_.at(tick.value);
      canvas_.draw({{{box.right + 0.0, y}, {box.right + 4.0, y}}}, {plot_ink, 1, 1},
                   canvas_.area());
      canvas_.text(tick.label, {box.right + 8.0, y + 4.0}, 1, plot_ink);
    }
  }

  const HeatMap& map_;
  Canvas canvas_;
  Range range_;
  Box frame_;
  PlotAxis bar_;
  std::vector<Tick> bar_ticks_;
};

}  // namespace

RgbColour heat_colour(double share) {
  const double steps = static_cast<double>(heat_colours.size() - 1);
  const double at = std::clamp(std::isfinite(share) ? share : 0.0, 0.0, 1.0) * steps;
  const auto below = static_cast<std::size_t>(std::min(at, steps - 1.0));
  return mixed(heat_colours[below], heat_colours[below + 1], at - static_cast<double>(below));
}

RgbImage draw_heat_map(const HeatMap& map, const ProfileStyle& style) {
  check(map, style);
  return Drawing(map, style).draw();
}

}  // namespace vgan
