#include "engine/data/builtin/digit_writer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/data/builtin/digit_ink.hpp"
#include "engine/data/builtin/digit_path.hpp"
#include "engine/data/builtin/digit_strokes.hpp"

namespace vgan::digits {
namespace {

/// How one writer, on one occasion, holds the pen. Lengths on paper are in hundredths of the
/// digit's height.
struct Hand {
  float unsteadiness;  // deviation of a knot
  float warp;          // deviation of the elastic jitter
  float roundness;     // 0 keeps corners sharp, 1 runs through them
  float slant;         // sideways shift for a unit of height
  float turn;          // tangent of the rotation
  float breadth;       // horizontal stretch
  float nib;           // how much wider upright lines are than level ones, relative
  float radius;        // half the stroke's width, pixels
  float softness;      // width of the ink's edge, pixels
  float size;          // longer side of the ink, pixels
};

// The ranges were set by eye and by MNIST's own moments: ink, slant, width and their deviations.
Hand draw_hand(Draws& draws) {
  Hand hand{};
  hand.unsteadiness = draws.uniform(0.6F, 3.0F);
  hand.warp = draws.uniform(1.0F, 4.5F);
  hand.roundness = std::max(0.0F, draws.uniform(-0.5F, 1.0F));
  hand.slant = 0.09F + 0.25F * draws.gaussian();
  hand.turn = 0.08F * draws.gaussian();
  hand.breadth = 1.07F + 0.17F * draws.gaussian();
  hand.nib = 0.07F * draws.gaussian();
  const float weight = draws.gaussian();
  const float bold = std::max(0.0F, weight - 1.0F);
  hand.radius = std::clamp(1.31F + 0.33F * weight + 0.25F * bold * bold, 0.75F, 2.7F);
  hand.softness = draws.uniform(1.0F, 1.5F) * std::min(1.0F, hand.radius / 1.1F);
  hand.size = 20.0F - 0.5F * hand.softness + std::min(0.0F, 0.5F * draws.gaussian());
  return hand;
}

Point gaussian_point(Draws& draws) {
  const float x = draws.gaussian();
  return {x, draws.gaussian()};
}

const DigitVariant& draw_variant(int digit, Draws& draws) {
  const std::span<const DigitVariant> variants = digit_variants(digit);
  float rest = draws.uniform(0.0F, 1.0F);
  for (const DigitVariant& variant : variants) {
    rest -= variant.share;
    if (rest < 0.0F) return variant;
  }
  return variants.back();
}

// Weights of a variant's forms that sum to 1; the sixth power lets one or two of them prevail.
std::array<float, max_forms> draw_mixture(std::size_t forms, Draws& draws) {
  std::array<float, max_forms> mixture{};
  float total = 0.0F;
  for (std::size_t f = 0; f < forms; ++f) {
    const float u = draws.uniform(0.01F, 1.0F);
    mixture[f] = u * u * u * u * u * u;
    total += mixture[f];
  }
  for (float& weight : mixture) weight /= total;
  return mixture;
}

// A mixture of the variant's forms, each knot moved a little; the ends of strokes move more.
Skeleton draw_skeleton(const DigitVariant& variant, const Hand& hand, Draws& draws) {
  const std::array<float, max_forms> mixture = draw_mixture(variant.forms.size(), draws);
  Skeleton skeleton;
  skeleton.size = variant.forms[0].size();
  for (std::size_t i = 0; i < skeleton.size; ++i) skeleton.pen[i] = variant.forms[0][i].pen;
  for (std::size_t i = 0; i < skeleton.size; ++i) {
    Point mean;
    for (std::size_t f = 0; f < variant.forms.size(); ++f) {
      const Knot& knot = variant.forms[f][i];
      mean = mean + mixture[f] * Point{knot.x, knot.y};
    }
    const bool end = skeleton.starts_stroke(i) || skeleton.ends_stroke(i);
    const float deviation = hand.unsteadiness * (end ? 1.6F : 1.0F);
    skeleton.at[i] = mean + deviation * gaussian_point(draws);
    skeleton.pressure[i] = (end ? 0.94F : 1.0F) + 0.11F * draws.gaussian();
  }
  return skeleton;
}

/// Elastic jitter: displacements at 4 x 4 places over the digit, smooth between them.
class Elastic {
 public:
  Elastic(float deviation, Draws& draws) {
    for (Point& node : nodes_) node = deviation * gaussian_point(draws);
  }

  Point moved(Point p) const {
    const Cell column = cell(p.x + 15.0F);
    const Cell row = cell(p.y);
    const Point* node = &nodes_[static_cast<std::size_t>(row.index * 4 + column.index)];
    const Point upper = node[0] + column.blend * (node[1] - node[0]);
    const Point lower = node[4] + column.blend * (node[5] - node[4]);
    return p + upper + row.blend * (lower - upper);
  }

 private:
  struct Cell {
    int index;
    float blend;  // smoothstep of the place within the cell
  };
  static Cell cell(float position) {
    const float scaled = std::clamp(position * 0.03F, 0.0F, 2.999F);
    const int index = static_cast<int>(scaled);
    const float t = scaled - static_cast<float>(index);
    return {index, t * t * (3.0F - 2.0F * t)};
  }

  std::array<Point, 16> nodes_;
};

// Elastic jitter, then slant, stretch and rotation about the middle.
void bend(const Hand& hand, const Elastic& elastic, std::span<InkPoint> path) {
  const float cosine = 1.0F / std::sqrt(1.0F + hand.turn * hand.turn);
  const float sine = hand.turn * cosine;
  for (InkPoint& point : path) {
    const Point p = elastic.moved({point.x, point.y}) - Point{30.0F, 50.0F};
    const float x = hand.breadth * p.x - hand.slant * p.y;
    point.x = cosine * x - sine * p.y;
    point.y = sine * x + cosine * p.y;
  }
}

// The stroke's width at each point: the pen's, its pressure, its nib's direction, some roughness.
void set_widths(const Hand& hand, Draws& draws, std::span<InkPoint> path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    // The direction of the piece that ends here, or at a stroke's start of the one that begins.
    const std::size_t to = path[i].starts_stroke ? i + 1 : i;
    const float dx = path[to].x - path[to - 1].x;
    const float dy = path[to].y - path[to - 1].y;
    const float upright = (dy * dy - dx * dx) / (dy * dy + dx * dx + 1e-6F);
    const float width = path[i].radius * (1.0F + hand.nib * upright);
    path[i].radius = std::max(0.5F, hand.radius * width + 0.05F * draws.gaussian());
  }
}

// Scales the path so that its ink's longer side has the hand's size, and puts it in the middle;
// across its shorter side, off the pixel grid by a random part of a pixel.
void fit(const Hand& hand, Draws& draws, std::span<InkPoint> path) {
  Point low{1e9F, 1e9F};
  Point high{-1e9F, -1e9F};
  for (const InkPoint& point : path) {
    low = {std::min(low.x, point.x), std::min(low.y, point.y)};
    high = {std::max(high.x, point.x), std::max(high.y, point.y)};
  }
  const Point extent = high - low;
  const float scale = (hand.size - 2.0F * hand.radius) / std::max(extent.x, extent.y);
  const Point middle = 0.5F * (low + high);
  const float off_grid = draws.uniform(-0.5F, 0.5F);
  Point target{0.5F * digit_side, 0.5F * digit_side};
  (extent.x > extent.y ? target.y : target.x) += off_grid;
  for (InkPoint& point : path) {
    point.x = (point.x - middle.x) * scale + target.x;
    point.y = (point.y - middle.y) * scale + target.y;
  }
}

}  // namespace

void write_digit(int digit, Draws draws, std::span<std::uint8_t> image) {
  const Hand hand = draw_hand(draws);
  const DigitVariant& variant = draw_variant(digit, draws);
  const Skeleton skeleton = draw_skeleton(variant, hand, draws);
  const Elastic elastic(hand.warp, draws);
  Path path = trace(skeleton, hand.roundness);
  bend(hand, elastic, path.points());
  set_widths(hand, draws, path.points());
  fit(hand, draws, path.points());
  draw_ink(path.points(), hand.softness, image);
}

}  // namespace vgan::digits
