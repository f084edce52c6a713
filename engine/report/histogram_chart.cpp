#include <algorithm>
#include <cmath>
#include <set>

#include "engine/base/number_text.hpp"
#include "engine/report/charts.hpp"

namespace vgan {
namespace {

constexpr std::size_t most_bins = 30;
constexpr std::size_t few_values = 24;
constexpr std::size_t most_words = 10;

/// Where bars begin and end.
struct Bins {
  std::vector<double> edges;

  std::size_t count() const { return edges.size() - 1; }
  std::vector<double> shares(const std::vector<double>& values) const {
    std::vector<double> made(count(), 0.0);
    double all = 0.0;
    for (const double value : values) {
      if (!std::isfinite(value)) continue;
      all += 1.0;
      if (value < edges.front() || value > edges.back()) continue;
      const auto above = std::upper_bound(edges.begin(), edges.end(), value);
      const auto bin = static_cast<std::size_t>(above - edges.begin());
      made[std::min(bin, count()) - 1] += 1.0;
    }
    for (double& share : made) share /= std::max(all, 1.0);
    return made;
  }
};

Bins bins_of(const std::vector<double>& real, const std::vector<double>& samples) {
  std::set<double> different;
  for (const double value : real) {
    if (std::isfinite(value)) different.insert(value);
    if (different.size() > few_values) break;
  }
  Bins bins;
  if (different.size() > 1 && different.size() <= few_values) {
    const std::vector<double> values(different.begin(), different.end());
    bins.edges.push_back(values[0] - (values[1] - values[0]) / 2.0);
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
      bins.edges.push_back((values[i] + values[i + 1]) / 2.0);
    }
    bins.edges.push_back(2.0 * values.back() - bins.edges.back());
    return bins;
  }
  std::vector<double> all = real;
  all.insert(all.end(), samples.begin(), samples.end());
  const Range range = robust_range(all, 2);
  for (std::size_t i = 0; i <= most_bins; ++i) {
    bins.edges.push_back(range.low +
                         range.span() * static_cast<double>(i) / static_cast<double>(most_bins));
  }
  return bins;
}

std::string percent(double share) { return fixed_text(100.0 * share, 1) + " %"; }

void begin_figure(Html& html, const std::string& title) {
  html.open("figure", {{"class", "chart small"}}).element("figcaption", title);
}

void end_figure(Html& html, const std::string& note) {
  if (!note.empty()) html.element("p", {{"class", "note"}}, note);
  html.close();
}

}  // namespace

SvgPlotStyle small_plot() {
  SvgPlotStyle style;
  style.width = 340.0;
  style.height = 190.0;
  return style;
}

void write_histogram(Html& html, const std::string& title, const std::string& x_label,
                     const std::vector<double>& real, const std::vector<double>& samples,
                     const std::string& note) {
  const Bins bins = bins_of(real, samples);
  const std::vector<double> of_real = bins.shares(real), of_samples = bins.shares(samples);
  double highest = 1e-9;
  for (const auto* shares : {&of_real, &of_samples}) {
    for (const double share : *shares) highest = std::max(highest, share);
  }
  SvgPlotStyle style = small_plot();
  style.y_axis = false;
  style.x_label = x_label;
  begin_figure(html, title);
  SvgPlot plot(html, "Histogram of " + title + ", real and virtual", note,
               {bins.edges.front(), bins.edges.back()}, {0.0, highest * 1.05}, style);
  for (std::size_t i = 0; i < bins.count(); ++i) {
    const std::string range =
        general_text(bins.edges[i], 4) + " to " + general_text(bins.edges[i + 1], 4);
    plot.box(bins.edges[i], bins.edges[i + 1], 0.0, of_real[i], "bar real",
             range + ": real " + percent(of_real[i]) + ", virtual " + percent(of_samples[i]));
  }
  std::vector<SvgPoint> outline{{bins.edges.front(), 0.0}};
  for (std::size_t i = 0; i < bins.count(); ++i) {
    outline.push_back({bins.edges[i], of_samples[i]});
    outline.push_back({bins.edges[i + 1], of_samples[i]});
  }
  outline.push_back({bins.edges.back(), 0.0});
  plot.line(outline, "virtual");
  plot.finish();
  end_figure(html, note);
}

void write_bars(Html& html, const std::string& title, std::vector<WordShare> shares,
                const std::string& note) {
  std::stable_sort(shares.begin(), shares.end(), [](const WordShare& a, const WordShare& b) {
    return a.real + a.samples > b.real + b.samples;
  });
  if (shares.size() > most_words) {
    WordShare others{std::to_string(shares.size() - most_words + 1) + " others"};
    for (std::size_t i = most_words - 1; i < shares.size(); ++i) {
      others.real += shares[i].real;
      others.samples += shares[i].samples;
    }
    shares.resize(most_words - 1);
    shares.push_back(others);
  }
  double highest = 1e-9;
  std::vector<std::string> names;
  for (const WordShare& share : shares) {
    highest = std::max({highest, share.real, share.samples});
    names.push_back(share.word.empty() ? "(empty)" : share.word);
  }
  std::reverse(names.begin(), names.end());
  const auto count = static_cast<double>(shares.size());
  SvgPlotStyle style = small_plot();
  style.height = std::max(120.0, 44.0 + 22.0 * count);
  style.x_label = "share of rows, %";
  style.y_names = names;
  begin_figure(html, title);
  SvgPlot plot(html, "Shares of " + title + ", real and virtual", note, {0.0, 105.0 * highest},
               {-0.6, count - 0.4}, style);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double at = count - 1.0 - static_cast<double>(i);
    const std::string text = shares[i].word + ": real " + percent(shares[i].real) + ", virtual " +
                             percent(shares[i].samples);
    plot.box(0.0, 100.0 * shares[i].real, at + 0.02, at + 0.36, "bar real", text);
    plot.box(0.0, 100.0 * shares[i].samples, at - 0.36, at - 0.02, "bar virtual", text);
  }
  plot.finish();
  end_figure(html, note);
}

void write_pair(Html& html, const PairPoints& pair) {
  std::vector<double> x, y;
  for (const auto* points : {&pair.real, &pair.samples}) {
    for (const SvgPoint& point : *points) {
      x.push_back(point.x);
      y.push_back(point.y);
    }
  }
  const auto range = [](const std::vector<double>& values, const std::vector<std::string>& names) {
    if (!names.empty()) return Range{-0.5, static_cast<double>(names.size()) - 0.5};
    return widened(robust_range(values), 0.03);
  };
  SvgPlotStyle style = small_plot();
  style.height = 230.0;
  style.x_label = pair.x_label;
  style.y_label = pair.y_label;
  style.x_names = pair.x_names;
  style.y_names = pair.y_names;
  html.open("figure", {{"class", "chart pair"}}).element("figcaption", pair.title);
  html.open("div", {{"class", "two"}});
  for (const bool real : {true, false}) {
    const auto& points = real ? pair.real : pair.samples;
    html.open("div").element("p", {{"class", "side"}}, real ? "real" : "virtual");
    SvgPlot plot(html, pair.title + ", " + (real ? "real" : "virtual"), pair.note,
                 range(x, pair.x_names), range(y, pair.y_names), style);
    plot.dots(points, 1.7, real ? "real" : "virtual");
    plot.finish();
    html.close();
  }
  html.close();
  end_figure(html, pair.note);
}

}  // namespace vgan
