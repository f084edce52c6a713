#include "engine/pictures/histogram_sheet.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/base/error.hpp"
#include "engine/pictures/curves.hpp"
#include "engine/pictures/histogram.hpp"
#include "engine/pictures/plot_axes.hpp"

namespace vgan {
namespace {

constexpr RgbColour white{255, 255, 255};

// Pixels.
constexpr int margin = 16;
constexpr int heading_height = 30;
constexpr int words_height = 18;  // of a second line in the heading
constexpr int plot_width = 244;
constexpr int plot_height = 104;
constexpr int label_column = 40;  // to the left of a plot
constexpr int name_height = 18;   // above a plot
constexpr int note_height = 16;   // below its name, where any column has a note
constexpr int gap = 14;           // between a plot's numbers and the next plot's name
constexpr int right_gap = 8;
constexpr int outline = 2;
constexpr double note_scale = 0.9;
constexpr int most_percents = 4;  // about so many numbers on a vertical axis

constexpr double headroom = 1.08;      // above the highest bar
constexpr double highest_against = 3;  // a virtual bar is cut off at so many times the highest real

[[noreturn]] void fail(const std::string& found, const std::string& allowed) {
  throw Error(ErrorCode::bad_config, {"cannot draw histograms", "", found, allowed, ""});
}

void check(const std::vector<HistogramColumn>& columns, const HistogramSheetStyle& style) {
  if (columns.empty() || columns.size() > static_cast<std::size_t>(most_histograms)) {
    fail(std::to_string(columns.size()) + " columns", "1 to " + std::to_string(most_histograms));
  }
  if (style.columns < 1) fail(std::to_string(style.columns) + " in a row", "at least 1");
  for (const HistogramColumn& column : columns) {
    if (column.real.empty() && column.generated.empty()) {
      fail(column.name + " without numbers", "at least one in each column");
    }
  }
}

std::string percent(double share) {
  if (share < 0.0005) return "< 0.1 %";
  char text[32];
  const int decimals = share < 0.0995 ? 1 : 0;
  const auto end =
      std::to_chars(text, text + sizeof(text), 100 * share, std::chars_format::fixed, decimals);
  return std::string(text, end.ptr) + " %";
}

std::string number_text(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::general, 6);
  return std::string(text, end.ptr);
}

double sum(const std::vector<double>& shares) {
  double total = 0;
  for (const double share : shares) total += share;
  return total;
}

double highest(const std::vector<double>& shares) {
  return *std::max_element(shares.begin(), shares.end());
}

/// A column, counted.
struct Histogram {
  const HistogramColumn* column;
  Bins bins;
  std::vector<double> real, generated;  ///< shares of each bin; zeros where there are no numbers
  double top;                           ///< the share at the plot's upper end

  bool has_real() const { return !column->real.empty(); }
  bool has_generated() const { return !column->generated.empty(); }
};

Histogram counted(const HistogramColumn& column) {
  const Bins bins = bins_for(column.real.empty() ? column.generated : column.real);
  Histogram made{&column, bins, bin_shares(column.real, bins), bin_shares(column.generated, bins),
                 0};
  const double real = highest(made.real);
  const double generated = highest(made.generated);
  made.top = headroom * (real > 0 ? std::max(real, std::min(generated, highest_against * real))
                                  : std::max(generated, 1e-3));
  return made;
}

bool constant(const std::vector<double>& values) {
  return !values.empty() && std::all_of(values.begin(), values.end(),
                                        [&](double value) { return value == values.front(); });
}

std::string outside_words(const Histogram& histogram) {
  constexpr double rounding = 1e-9;
  std::string words;
  const auto add = [&](bool there, const std::vector<double>& shares, const char* whose) {
    const double outside = 1 - sum(shares);
    if (!there || outside <= rounding) return;
    words += (words.empty() ? "outside: " : ", ") + percent(outside) + whose;
  };
  add(histogram.has_real(), histogram.real, " real");
  add(histogram.has_generated(), histogram.generated, " virtual");
  return words;
}

// What the plot does not show, the most important first, as far as there is room.
std::string note_of(const Histogram& histogram) {
  const HistogramColumn& column = *histogram.column;
  std::string note;
  const auto add = [&](const std::string& words) {
    const std::string longer = note + (note.empty() || words.empty() ? "" : "; ") + words;
    if (text_width(longer, note_scale) <= plot_width) note = longer;
  };
  add(outside_words(histogram));
  if (constant(column.real)) add("real: all " + number_text(column.real.front()));
  if (constant(column.generated)) add("virtual: all " + number_text(column.generated.front()));
  const double peak = highest(histogram.generated);
  if (peak > histogram.top) add("virtual bar of " + percent(peak));
  return note;
}

/// Where one plot lies.
struct Plot {
  Box box;
  PlotAxis x, y;  ///< y in percent

  int left(const Bins& bins, int bin) const { return place(bins.low + bin * bins.width); }
  int place(double value) const { return static_cast<int>(std::lround(x.at(value))); }
  int height(double share) const { return static_cast<int>(std::lround(y.at(100 * share))); }
};

Plot plot_of(const Histogram& histogram, const Box& box) {
  return {box,
          {histogram.bins.range(), box.left + 2.0, box.right - 2.0},
          {{0, 100 * histogram.top}, box.bottom - 1.0, box.top + 1.0}};
}

// A bar's inside and its edge; nothing for a share of zero. The edge at the top is left out where
// the bar is cut off there.
void draw_bar(Canvas& canvas, const Plot& plot, const Box& bar, RgbColour inside, RgbColour edge) {
  const int top = std::max(bar.top, plot.box.top + 1);
  if (bar.top >= bar.bottom) return;
  canvas.fill({bar.left, top, bar.right, bar.bottom}, inside);
  if (bar.top > plot.box.top) canvas.fill({bar.left, top, bar.right, top + 1}, edge);
  canvas.fill({bar.left, top, bar.left + 1, bar.bottom}, edge);
  canvas.fill({bar.right - 1, top, bar.right, bar.bottom}, edge);
}

// Bars of single values: real ones on the left half, virtual ones on the right.
void draw_single_bars(Canvas& canvas, const Plot& plot, const Histogram& histogram) {
  const bool both = histogram.has_real() && histogram.has_generated();
  for (int bin = 0; bin < histogram.bins.count; ++bin) {
    const double value = histogram.bins.middle(bin);
    const double width = histogram.bins.width;
    const auto at = static_cast<std::size_t>(bin);
    const auto bar = [&](double from, double to, double share) {
      const int left = plot.place(value + from * width);
      return Box{left, plot.height(share), std::max(left + 2, plot.place(value + to * width)),
                 plot.box.bottom - 1};
    };
    draw_bar(canvas, plot, bar(-0.38, both ? 0 : 0.38, histogram.real[at]), histogram_real,
             curve_blue);
    draw_bar(canvas, plot, bar(both ? 0 : -0.38, 0.38, histogram.generated[at]),
             histogram_generated_only, histogram_generated);
  }
}

void draw_filled_bins(Canvas& canvas, const Plot& plot, const Bins& bins,
                      const std::vector<double>& shares, RgbColour colour) {
  for (int bin = 0; bin < bins.count; ++bin) {
    const int top = std::max(plot.height(shares[static_cast<std::size_t>(bin)]), plot.box.top + 1);
    canvas.fill({plot.left(bins, bin), top, plot.left(bins, bin + 1), plot.box.bottom - 1}, colour);
  }
}

// The upper ends of all bins as one line of steps, from the axis and back to it. A step beyond the
// plot's upper end is cut off.
void draw_steps(Canvas& canvas, const Plot& plot, const Bins& bins,
                const std::vector<double>& shares, RgbColour colour, int width) {
  const int floor = plot.box.bottom - 1;
  const int lid = plot.box.top + 1;
  int last = floor;
  for (int bin = 0; bin <= bins.count; ++bin) {
    const int left = plot.left(bins, bin);
    const bool inside = bin < bins.count;
    const int top = inside ? plot.height(shares[static_cast<std::size_t>(bin)]) : floor;
    const int upper = std::max(std::min(top, last), lid);
    const int lower = std::max(top, last);
    // At an end of the plot the line lies inside.
    const int x = std::clamp(left - width / 2, plot.box.left + 1, plot.box.right - 1 - width);
    if (top != last) canvas.fill({x, upper, x + width, std::min(lower + width, floor)}, colour);
    if (inside && top < floor && top >= lid) {
      canvas.fill({x, top, plot.left(bins, bin + 1), std::min(top + width, floor)}, colour);
    }
    last = top;
  }
}

void draw_histogram(Canvas& canvas, const Histogram& histogram, const Box& box) {
  const Plot plot = plot_of(histogram, box);
  const std::vector<Tick> x_ticks = horizontal_ticks(
      plot.x, box.left, box.right, histogram.bins.single ? histogram.bins.width : 0);
  // Zero lies at the plot's lower end; the highest number stays clear of the upper one.
  const std::vector<Tick> y_ticks = ticks({0, 94 * histogram.top}, most_percents);
  draw_horizontal_lines(canvas, box, plot.y, y_ticks);
  if (histogram.bins.single) {
    draw_single_bars(canvas, plot, histogram);
  } else {
    if (histogram.has_real()) {
      draw_filled_bins(canvas, plot, histogram.bins, histogram.real, histogram_real);
      draw_steps(canvas, plot, histogram.bins, histogram.real, curve_blue, 1);
    } else {
      draw_filled_bins(canvas, plot, histogram.bins, histogram.generated, histogram_generated_only);
    }
    if (histogram.has_generated()) {
      draw_steps(canvas, plot, histogram.bins, histogram.generated, histogram_generated, outline);
    }
  }
  draw_plot_frame(canvas, box);
  draw_labels_below(canvas, box, plot.x, x_ticks);
  draw_labels_left(canvas, box, plot.y, y_ticks);
}

// "real", "virtual" with their colours, and what the sheet is about.
double draw_key(Canvas& canvas, double left, RgbColour inside, RgbColour edge,
                const std::string& words) {
  const int x = static_cast<int>(left);
  canvas.fill({x, margin, x + 18, margin + 12}, edge);
  canvas.fill({x + 2, margin + 2, x + 16, margin + 10}, inside);
  canvas.text(words, {left + 24, margin + 11.0}, 1, plot_ink);
  return left + 24 + text_width(words, 1) + 26;
}

std::string heading_words(const HistogramSheetStyle& style, std::size_t drawn) {
  std::string words = "percent of the rows in each bin";
  if (style.left_out > 0) {
    words += "; " + std::to_string(style.left_out) + " more of " +
             std::to_string(style.left_out + static_cast<std::int64_t>(drawn)) +
             " columns are not drawn";
  }
  return words;
}

// Keys, and `words` behind them where that ends before `right`; else below them. Returns the lower
// end.
int draw_heading(Canvas& canvas, const std::vector<HistogramColumn>& columns,
                 const std::string& words, int right) {
  double left = margin;
  const auto rows = [](std::size_t count) {
    return std::to_string(count) + (count == 1 ? " row" : " rows");
  };
  const HistogramColumn& first = columns.front();
  if (!first.real.empty()) {
    left = draw_key(canvas, left, histogram_real, curve_blue, "real, " + rows(first.real.size()));
  }
  if (!first.generated.empty()) {
    const RgbColour inside = first.real.empty() ? histogram_generated_only : white;
    left = draw_key(canvas, left, inside, histogram_generated,
                    "virtual, " + rows(first.generated.size()));
  }
  const bool behind = left + text_width(words, 1) <= right;
  if (!behind) left = margin;
  const int line = behind ? 0 : words_height;
  canvas.text(words, {left, margin + line + 11.0}, 1, plot_grey);
  return margin + line + heading_height;
}

}  // namespace

RgbImage draw_histograms(const std::vector<HistogramColumn>& columns,
                         const HistogramSheetStyle& style) {
  check(columns, style);
  std::vector<Histogram> histograms;
  std::vector<std::string> notes;
  for (const HistogramColumn& column : columns) {
    histograms.push_back(counted(column));
    notes.push_back(note_of(histograms.back()));
  }
  const bool noted = std::any_of(notes.begin(), notes.end(),
                                 [](const std::string& note) { return !note.empty(); });
  const int count = static_cast<int>(columns.size());
  const int across = std::min(style.columns, count);
  const int lines = (count - 1) / across + 1;
  const int above = name_height + (noted ? note_height : 0);
  const int column_width = label_column + plot_width + right_gap;
  const int line_height = above + plot_height + labels_height + gap;
  const std::string words = heading_words(style, columns.size());
  const int widest_words = margin + static_cast<int>(std::ceil(text_width(words, 1)));
  const int right = std::max(across * column_width, widest_words);
  Canvas measure(1, 1, white);
  const int first_top = draw_heading(measure, columns, words, right);
  Canvas canvas(right + margin, first_top + lines * line_height, white);
  draw_heading(canvas, columns, words, right);
  for (int n = 0; n < count; ++n) {
    const auto at = static_cast<std::size_t>(n);
    const int left = n % across * column_width + label_column;
    const int top = first_top + n / across * line_height;
    canvas.text(columns[at].name, {static_cast<double>(left), top + 11.0}, 1, plot_ink);
    canvas.text(notes[at], {static_cast<double>(left), top + name_height + 8.0}, note_scale,
                plot_grey);
    draw_histogram(canvas, histograms[at],
                   {left, top + above, left + plot_width, top + above + plot_height});
  }
  return canvas.image();
}

}  // namespace vgan
