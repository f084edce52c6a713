#include "engine/pictures/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "engine/base/error.hpp"
#include "engine/pictures/canvas.hpp"

namespace vgan {
namespace {

constexpr RgbColour white{255, 255, 255};
constexpr RgbColour ink{34, 34, 34};
constexpr RgbColour grey{90, 90, 90};
constexpr RgbColour rule_grey{205, 205, 205};

// Pixels.
constexpr int widest_sheet = 2080;  // three of the widest pictures
constexpr int widest_picture = 640;
constexpr int margin = 28;
constexpr int column_gap = 32;
constexpr int row_gap = 30;
constexpr int heading_height = 46;  // with the rule below it
constexpr int title_height = 30;
constexpr int line_height = 19;
constexpr int lines_top = 12;  // between picture and text
constexpr double heading_scale = 1.6;
constexpr double title_scale = 1.3;
constexpr double line_scale = 1.0;
constexpr double most_pixels = 1 << 28;

[[noreturn]] void fail(const std::string& found, const std::string& allowed) {
  throw Error(ErrorCode::bad_config, {"cannot draw a comparison", "", found, allowed, ""});
}

RgbImage in_colour(const Picture& picture) {
  if (const auto* rgb = std::get_if<RgbImage>(&picture)) return *rgb;
  const auto& gray = std::get<GrayImage>(picture);
  RgbImage image{gray.width, gray.height, {}};
  image.pixels.reserve(3 * gray.pixels.size());
  for (const std::uint8_t value : gray.pixels) image.pixels.insert(image.pixels.end(), 3, value);
  return image;
}

void check(const RgbImage& image) {
  const bool sized = image.width > 0 && image.height > 0 &&
                     image.pixels.size() == 3 * static_cast<std::size_t>(image.width) *
                                                static_cast<std::size_t>(image.height);
  if (!sized) {
    fail(std::to_string(image.pixels.size()) + " bytes for " + std::to_string(image.width) + " x " +
             std::to_string(image.height) + " pixels",
         "as many bytes as the size says");
  }
}

int ceiling(double value) { return static_cast<int>(std::ceil(value)); }

struct Cell {
  const ComparisonPanel* panel;
  RgbImage image;

  int width() const {
    double widest = std::max<double>(image.width, text_width(panel->title, title_scale));
    for (const std::string& line : panel->lines) {
      widest = std::max(widest, text_width(line, line_scale));
    }
    return ceiling(widest);
  }
  int height() const {
    const int text = static_cast<int>(panel->lines.size()) * line_height;
    return title_height + image.height + (text > 0 ? lines_top + text : 0);
  }
};

std::vector<Cell> cells_of(const std::vector<ComparisonPanel>& panels) {
  std::vector<Cell> cells;
  for (const ComparisonPanel& panel : panels) {
    RgbImage image = in_colour(panel.picture);
    check(image);
    if (image.width > widest_picture) image = shrunk(image, widest_picture);
    cells.push_back({&panel, std::move(image)});
  }
  return cells;
}

/// Where columns begin and rows begin; one entry more than there are, the last where all ends.
struct Places {
  std::vector<int> left;
  std::vector<int> top;

  std::size_t columns() const { return left.size() - 1; }
};

Places places_of(const std::vector<Cell>& cells, std::size_t columns, int top) {
  std::vector<int> widths(columns);
  std::vector<int> heights((cells.size() - 1) / columns + 1);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    widths[i % columns] = std::max(widths[i % columns], cells[i].width());
    heights[i / columns] = std::max(heights[i / columns], cells[i].height());
  }
  Places places{{margin}, {top}};
  for (const int width : widths) places.left.push_back(places.left.back() + width + column_gap);
  for (const int height : heights) places.top.push_back(places.top.back() + height + row_gap);
  return places;
}

// As few rows as fit, then as few columns as these rows need.
Places arrange(const std::vector<Cell>& cells, int top) {
  for (std::size_t rows = 1;; ++rows) {
    const std::size_t columns = (cells.size() - 1) / rows + 1;
    Places places = places_of(cells, columns, top);
    if (columns == 1 || places.left.back() - column_gap + margin <= widest_sheet) return places;
  }
}

void draw_cell(Canvas& canvas, const Cell& cell, int left, int top) {
  canvas.text(cell.panel->title, {static_cast<double>(left), top + 18.0}, title_scale, ink);
  top += title_height;
  canvas.paste(cell.image, left, top);
  double base = top + cell.image.height + lines_top + 11.0;
  for (const std::string& line : cell.panel->lines) {
    canvas.text(line, {static_cast<double>(left), base}, line_scale, grey);
    base += line_height;
  }
}

struct Area {
  double left, top, right, bottom;  ///< pixels
};

void mean_colour(const RgbImage& image, const Area& area, std::uint8_t* out) {
  const auto share = [](int pixel, double from, double to) {
    return std::min<double>(pixel + 1, to) - std::max<double>(pixel, from);
  };
  double sums[3] = {0, 0, 0};
  double total = 0;
  for (int y = static_cast<int>(area.top); y < area.bottom; ++y) {
    for (int x = static_cast<int>(area.left); x < area.right; ++x) {
      const double weight = share(y, area.top, area.bottom) * share(x, area.left, area.right);
      const std::uint8_t* pixel =
          &image.pixels[3 * (static_cast<std::size_t>(y) * image.width + x)];
      for (int c = 0; c < 3; ++c) sums[c] += weight * pixel[c];
      total += weight;
    }
  }
  for (int c = 0; c < 3; ++c) out[c] = static_cast<std::uint8_t>(std::lround(sums[c] / total));
}

}  // namespace

Picture draw_comparison(const std::string& heading, const std::vector<ComparisonPanel>& panels) {
  if (panels.empty()) fail("no panels", "at least one");
  const std::vector<Cell> cells = cells_of(panels);
  const bool headed = !heading.empty();
  const Places places = arrange(cells, margin + (headed ? heading_height : 0));
  const int heading_width = ceiling(text_width(heading, heading_scale));
  const int width = std::max(places.left.back() - column_gap, margin + heading_width) + margin;
  const int height = places.top.back() - row_gap + margin;
  if (static_cast<double>(width) * height > most_pixels) {
    fail(std::to_string(width) + " x " + std::to_string(height) + " pixels", "at most 2^28");
  }
  Canvas canvas(width, height, white);
  if (headed) {
    canvas.text(heading, {margin, margin + 15.0}, heading_scale, ink);
    const int rule = margin + 28;
    canvas.fill({margin, rule, width - margin, rule + 1}, rule_grey);
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    draw_cell(canvas, cells[i], places.left[i % places.columns()],
              places.top[i / places.columns()]);
  }
  return canvas.image();
}

RgbImage shrunk(const RgbImage& image, int width) {
  check(image);
  if (width < 1 || width > image.width) {
    fail(std::to_string(width) + " pixels", "1 to " + std::to_string(image.width));
  }
  const double step = static_cast<double>(image.width) / width;
  const int height = std::max(1, static_cast<int>(std::lround(image.height / step)));
  const double step_y = static_cast<double>(image.height) / height;
  RgbImage small{width, height, {}};
  small.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  std::uint8_t* pixel = small.pixels.data();
  for (int y = 0; y < height; ++y) {
    const double bottom = std::min<double>((y + 1) * step_y, image.height);
    for (int x = 0; x < width; ++x, pixel += 3) {
      const double right = std::min<double>((x + 1) * step, image.width);
      mean_colour(image, {x * step, y * step_y, right, bottom}, pixel);
    }
  }
  return small;
}

}  // namespace vgan
