#include "engine/pictures/canvas.hpp"

#include <algorithm>
#include <cmath>

namespace vgan {
namespace {

Box intersection(const Box& a, const Box& b) {
  return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
          std::min(a.bottom, b.bottom)};
}

// The height of a line at `x`, which lies between its ends.
double height_at(const Polyline& line, double x) {
  const auto next = std::upper_bound(line.begin() + 1, line.end() - 1, x,
                                     [](double at, const Point& point) { return at < point.x; });
  const Point &a = *(next - 1), &b = *next;
  const double share = b.x > a.x ? std::clamp((x - a.x) / (b.x - a.x), 0.0, 1.0) : 0.0;
  return a.y + share * (b.y - a.y);
}

constexpr Box nothing{1 << 30, 1 << 30, 0, 0};

std::uint8_t mixed(std::uint8_t under, std::uint8_t over, double amount) {
  return static_cast<std::uint8_t>(std::lround(under + amount * (over - under)));
}

}  // namespace

Canvas::Canvas(int width, int height, RgbColour background) : touched_(nothing) {
  image_.width = width;
  image_.height = height;
  const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  image_.pixels.resize(3 * pixels);
  coverage_.resize(pixels);
  fill(area(), background);
}

void Canvas::fill(const Box& box, RgbColour colour) {
  const Box inside = intersection(box, area());
  for (int y = inside.top; y < inside.bottom; ++y) {
    for (int x = inside.left; x < inside.right; ++x) {
      std::uint8_t* pixel = &image_.pixels[3 * (static_cast<std::size_t>(y) * image_.width + x)];
      pixel[0] = colour.red;
      pixel[1] = colour.green;
      pixel[2] = colour.blue;
    }
  }
}

void Canvas::paste(const RgbImage& image, int left, int top) {
  const Box inside = intersection({left, top, left + image.width, top + image.height}, area());
  if (inside.left >= inside.right) return;
  for (int y = inside.top; y < inside.bottom; ++y) {
    const std::size_t from = static_cast<std::size_t>(y - top) * image.width + (inside.left - left);
    const std::size_t to = static_cast<std::size_t>(y) * image_.width + inside.left;
    std::copy_n(&image.pixels[3 * from], 3 * inside.width(), &image_.pixels[3 * to]);
  }
}

void Canvas::draw(const std::vector<Polyline>& lines, const Pen& pen, const Box& clip) {
  const Box inside = intersection(clip, area());
  for (const Polyline& line : lines) {
    if (line.size() == 1) cover(line[0], line[0], pen.width, inside);
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      cover(line[i], line[i + 1], pen.width, inside);
    }
  }
  blend(pen);
}

void Canvas::fill_between(const Polyline& upper, const Polyline& lower, const Pen& pen,
                          const Box& clip) {
  const Box inside = intersection(clip, area());
  const double first = std::ceil(upper.front().x - 0.5), end = std::ceil(upper.back().x - 0.5);
  const auto left = static_cast<int>(std::max<double>(first, inside.left));
  const auto right = static_cast<int>(std::min<double>(end, inside.right));
  for (int x = left; x < right; ++x) {
    const double from = std::max<double>(height_at(upper, x + 0.5), inside.top);
    const double to = std::min<double>(height_at(lower, x + 0.5), inside.bottom);
    for (int y = static_cast<int>(std::floor(from)); y < to; ++y) {
      const double share = std::min<double>(y + 1, to) - std::max<double>(y, from);
      mix(x, y, pen, share);
    }
  }
}

void Canvas::text(std::string_view text, Point at, double scale, RgbColour colour, Align align) {
  const double width = text_width(text, scale);
  if (align == Align::centre) at.x -= width / 2;
  if (align == Align::right) at.x -= width;
  // Stems on pixel centres: one dark column instead of two grey ones.
  at = {std::floor(at.x) + 0.5, std::floor(at.y) + 0.5};
  draw(text_strokes(text, at, scale), {colour, 0.75 + 0.5 * scale, 1}, area());
}

// A pixel is covered as far as its centre lies within half a width, half a pixel softened, of the
// segment from a to b.
void Canvas::cover(const Point& a, const Point& b, double width, const Box& clip) {
  const double reach = width / 2 + 0.5;
  const auto low = [&](double p, double q, int from, int to) {
    return static_cast<int>(std::clamp<double>(std::floor(std::min(p, q) - reach), from, to));
  };
  const auto high = [&](double p, double q, int from, int to) {
    return static_cast<int>(std::clamp<double>(std::ceil(std::max(p, q) + reach), from, to));
  };
  if (clip.left >= clip.right || clip.top >= clip.bottom) return;
  const Box box{low(a.x, b.x, clip.left, clip.right), low(a.y, b.y, clip.top, clip.bottom),
                high(a.x, b.x, clip.left, clip.right), high(a.y, b.y, clip.top, clip.bottom)};
  if (box.left >= box.right || box.top >= box.bottom) return;
  touched_ = {std::min(touched_.left, box.left), std::min(touched_.top, box.top),
              std::max(touched_.right, box.right), std::max(touched_.bottom, box.bottom)};
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double square = dx * dx + dy * dy;
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) {
      const double px = x + 0.5 - a.x;
      const double py = y + 0.5 - a.y;
      const double along = square > 0 ? std::clamp((px * dx + py * dy) / square, 0.0, 1.0) : 0.0;
      const double distance = std::hypot(px - along * dx, py - along * dy);
      const auto share = static_cast<float>(std::clamp(reach - distance, 0.0, 1.0));
      float& covered = coverage_[static_cast<std::size_t>(y) * image_.width + x];
      covered = std::max(covered, share);
    }
  }
}

void Canvas::blend(const Pen& pen) {
  for (int y = touched_.top; y < touched_.bottom; ++y) {
    for (int x = touched_.left; x < touched_.right; ++x) {
      const std::size_t at = static_cast<std::size_t>(y) * image_.width + x;
      mix(x, y, pen, coverage_[at]);
      coverage_[at] = 0;
    }
  }
  touched_ = nothing;
}

void Canvas::mix(int x, int y, const Pen& pen, double share) {
  const double amount = pen.opacity * share;
  std::uint8_t* pixel = &image_.pixels[3 * (static_cast<std::size_t>(y) * image_.width + x)];
  pixel[0] = mixed(pixel[0], pen.colour.red, amount);
  pixel[1] = mixed(pixel[1], pen.colour.green, amount);
  pixel[2] = mixed(pixel[2], pen.colour.blue, amount);
}

}  // namespace vgan
