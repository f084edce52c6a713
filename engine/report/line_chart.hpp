// Numbers over epochs: lines, their spread, marks, read-outs and the numbers as a table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/pictures/long_series.hpp"
#include "engine/report/html.hpp"
#include "engine/report/svg_plot.hpp"

namespace vgan {

struct ChartLine {
  std::string name;
  std::string style_class;          ///< its colour
  std::vector<SvgPoint> points;     ///< by x
  std::vector<SvgPoint> low, high;  ///< where points are means: their spread; else empty
  bool dotted = false;              ///< a dot at each point: these are few
};

/// Something that happened at an x.
struct ChartMark {
  double x = 0.0;
  std::string text;
};

struct LineChart {
  std::string title;
  std::string about;  ///< what it shows, for those who cannot see it
  std::string x_label = "epoch";
  std::vector<ChartLine> lines;
  std::optional<Range>
      y;  ///< absent: of all values, or where rare ones would leave these flat, most
  std::vector<ChartMark> marks;
  std::string note;  ///< below the picture; may be empty
};

/// A figure. Nothing where no line has a point.
void write_line_chart(Html& html, const LineChart& chart);

/// At most `most` points for a series, each the mean of neighbours, with their spread where they
/// stand for several.
ChartLine chart_line(const std::string& name, const std::string& style_class,
                     const LongSeries& series, std::size_t most = 240);

}  // namespace vgan
