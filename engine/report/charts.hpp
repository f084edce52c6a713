// Charts of distributions: histograms, bars, scatters, maps, intervals. All are figures.
#pragma once

#include <string>
#include <vector>

#include "engine/report/html.hpp"
#include "engine/report/svg_plot.hpp"

namespace vgan {

/// The size of one of several charts side by side.
SvgPlotStyle small_plot();

/// Real numbers as filled bars, virtual ones as the outline of bars, as shares of either. NaN are
/// left out. Few different values have a bar each, others share about 30.
void write_histogram(Html& html, const std::string& title, const std::string& x_label,
                     const std::vector<double>& real, const std::vector<double>& samples,
                     const std::string& note);

/// How often each word comes, real beside virtual, as shares: the most frequent ones, the others
/// together.
struct WordShare {
  std::string word;
  double real = 0.0, samples = 0.0;
};
void write_bars(Html& html, const std::string& title, std::vector<WordShare> shares,
                const std::string& note);

/// Points of two columns: real ones, and virtual ones beside them on the same axes.
struct PairPoints {
  std::string title, note;
  std::string x_label, y_label;
  std::vector<std::string> x_names, y_names;  ///< of words, at whole numbers
  std::vector<SvgPoint> real, samples;
};
void write_pair(Html& html, const PairPoints& pair);

/// A map of numbers from -1 to 1, [names, names].
struct MatrixMap {
  std::string title, about;
  std::vector<std::string> names;
  std::vector<double> values;
};
void write_matrix(Html& html, const MatrixMap& map);

/// What was observed, and what was predicted for it with its interval.
struct IntervalPoint {
  double observed = 0.0, predicted = 0.0, low = 0.0, high = 0.0;

  bool holds() const { return low <= observed && observed <= high; }
};
void write_intervals(Html& html, const std::string& title, const std::string& unit,
                     const std::vector<IntervalPoint>& points, const std::string& note);

}  // namespace vgan
