#include <algorithm>
#include <cmath>

#include "engine/base/text.hpp"
#include "engine/report/curve_summary.hpp"
#include "engine/report/line_chart.hpp"
#include "engine/report/report_page.hpp"
#include "engine/report/sections.hpp"

namespace vgan {
namespace {

constexpr std::int64_t most_channels = 4;
constexpr std::int64_t thin_curves = 12;

std::vector<SvgPoint> points_of(const std::vector<double>& values, double first = 0.0) {
  std::vector<SvgPoint> points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    points.push_back({first + static_cast<double>(i), values[i]});
  }
  return points;
}

void write_bundle(Html& html, const Trials& curves, std::int64_t channel,
                  const CurveSummary& summary, const Range& y, bool real) {
  SvgPlotStyle style;
  style.x_label = "point";
  style.x_whole = true;
  const std::string name = real ? "Real" : "Virtual", colour = real ? "real" : "virtual";
  html.open("figure", {{"class", "chart"}}).element("figcaption", name);
  const auto points = static_cast<double>(summary.bands[0].size());
  SvgPlot plot(html, name + " curves as a bundle",
               "Bands hold 90 and 50 of 100 curves at each point, the line is the median; thin "
               "lines are single curves.",
               {0.0, points - 1.0}, y, style);
  plot.band(points_of(summary.bands[0]), points_of(summary.bands[4]), colour);
  plot.band(points_of(summary.bands[1]), points_of(summary.bands[3]), colour);
  for (std::int64_t i = 0; i < std::min(thin_curves, curves.count); ++i) {
    const std::int64_t at = i * curves.count / std::min(thin_curves, curves.count);
    plot.line(points_of(curve_of(curves, at, channel)), "thin " + colour);
  }
  plot.line(points_of(summary.bands[2]), colour);
  plot.finish();
  html.close();
}

// Powers span many tens; those that are nothing beside the greatest end the line.
std::vector<SvgPoint> decibels(const std::vector<double>& powers, double greatest) {
  std::vector<SvgPoint> points;
  for (std::size_t i = 0; i < powers.size(); ++i) {
    const double share = powers[i] / greatest;
    points.push_back(
        {static_cast<double>(i + 1), share > 1e-9 ? 10.0 * std::log10(share) : std::nan("")});
  }
  return points;
}

void write_channel(Html& html, const Trials& real, const Trials& samples, std::int64_t channel) {
  const CurveSummary a = summarise_curves(real, channel), b = summarise_curves(samples, channel);
  std::vector<double> ends;
  for (const auto* summary : {&a, &b}) {
    for (const auto* band : {&summary->bands.front(), &summary->bands.back()}) {
      ends.insert(ends.end(), band->begin(), band->end());
    }
  }
  const Range y = widened(full_range(ends), 0.12);
  html.open("div", {{"class", "charts"}});
  write_bundle(html, real, channel, a, y, true);
  write_bundle(html, samples, channel, b, y, false);
  const double greatest =
      a.spectrum.empty() ? 0.0 : *std::max_element(a.spectrum.begin(), a.spectrum.end());
  if (greatest > 0.0) {
    LineChart spectra;
    spectra.title = "Mean spectra, dB below the real one's peak";
    spectra.about = "Mean power at each frequency, of curves less their means.";
    spectra.x_label = "cycles in a curve";
    spectra.lines = {{"real", "real", decibels(a.spectrum, greatest), {}, {}},
                     {"virtual", "virtual", decibels(b.spectrum, greatest), {}, {}}};
    write_line_chart(html, spectra);
  }
  if (!a.autocorrelation.empty() && !b.autocorrelation.empty()) {
    LineChart lags;
    lags.title = "Mean autocorrelation";
    lags.about = "How a curve goes with itself so many points later.";
    lags.x_label = "lag, points";
    lags.lines = {{"real", "real", points_of(a.autocorrelation), {}, {}},
                  {"virtual", "virtual", points_of(b.autocorrelation), {}, {}}};
    write_line_chart(html, lags);
  }
  html.close();
}

}  // namespace

void write_curves(Html& html, const RunStudy& study) {
  if (!study.trials || !study.trials->samples) return;
  const Trials& real = study.trials->learnt ? study.trials->training : study.trials->held_out;
  if (!real.shape.is_curve()) return;
  const std::int64_t channels = real.shape.channels;
  html.element("p", {{"class", "lead"}},
               "Bands hold 90 and 50 of 100 curves at each point; the bold line is the median.");
  for (std::int64_t channel = 0; channel < std::min(channels, most_channels); ++channel) {
    if (channels > 1) html.element("h3", "Channel " + std::to_string(channel + 1));
    write_channel(html, real, *study.trials->samples, channel);
  }
  if (channels > most_channels) {
    html.element("p", {{"class", "note"}},
                 "The first " + std::to_string(most_channels) + " of " + std::to_string(channels) +
                     " channels are drawn.");
  }
}

}  // namespace vgan
