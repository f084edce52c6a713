#include "engine/pictures/font.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace vgan {
namespace {

// One glyph: strokes with a blank between; a stroke is points of two characters, a digit for x and
// a letter for y ('a' 3 units below the baseline, 'd' on it, 'j' the height of an x, 'm' of a
// capital). A stroke that starts with '~' is the smooth curve that its points control.
constexpr std::array<std::string_view, 95> glyphs{
    "",                                      // space
    "0m0g 0e0d",                             // !
    "0m0j 2m2j",                             // "
    "1d2m 4d5m 0g6g 0j6j",                   // #
    "~5j5l0l0i5h5e0e0g 3m3d",                // $
    "0d6m ~0j2j2m0m0j ~4d6d6g4g4d",          // %
    "~6d1k1m4m4k0g0d4d6h",                   // &
    "0m0j",                                  // '
    "~2n0k0e2b",                             // (
    "~0n2k2e0b",                             // )
    "2m2i 0l4j 4l0j",                        // *
    "0h6h 3k3e",                             // +
    "1e0b",                                  // ,
    "0h4h",                                  // -
    "0d0e",                                  // .
    "0b4n",                                  // /
    "~0d5d5m0m0d",                           // 0
    "1k3m3d 1d5d",                           // 1
    "~0k0m5m5i0d 0d5d",                      // 2
    "~0k0m5m5i2i ~2i5i5d0d0f",               // 3
    "4d4m0g5g",                              // 4
    "5m0m0i ~0i2j5j5d0d0f",                  // 5
    "~4m0k0g ~0d5d5j0j0d",                   // 6
    "0m5m2d",                                // 7
    "~0d5d5i0i0d ~0i5i5m0m0i",               // 8
    "~0g5g5m0m0g ~1d5f5j",                   // 9
    "0d0e 0i0j",                             // :
    "1i1j 1e0b",                             // ;
    "5k0h5e",                                // <
    "0i6i 0f6f",                             // =
    "0k5h0e",                                // >
    "~0k0m5m5i2i2g 2e2d",                    // ?
    "~5g2g2j5j5g7g7m0m0d6d",                 // @
    "0d3m6d 1g5g",                           // A
    "0d0m3m ~3m5m5i3i 3i0i ~3i6i6d3d 3d0d",  // B
    "~6k6m0m0d6d6f",                         // C
    "0d0m2m ~2m6m6d2d 2d0d",                 // D
    "5m0m0d5d 0i4i",                         // E
    "5m0m0d 0i4i",                           // F
    "~6k6m0m0d6d6h 6h3h",                    // G
    "0d0m 6d6m 0i6i",                        // H
    "0d0m",                                  // I
    "~4m4d0d0f",                             // J
    "0d0m 5m0g 2i5d",                        // K
    "0m0d5d",                                // L
    "0d0m3g6m6d",                            // M
    "0d0m6d6m",                              // N
    "~0d6d6m0m0d",                           // O
    "0d0m3m ~3m6m6h3h 3h0h",                 // P
    "~0d6d6m0m0d 4f6c",                      // Q
    "0d0m3m ~3m6m6h3h 3h0h 3h6d",            // R
    "~6k6m0m0i6h6d0d0f",                     // S
    "0m6m 3m3d",                             // T
    "0m0g ~0g0d6d6g 6g6m",                   // U
    "0m3d6m",                                // V
    "0m2d4m6d8m",                            // W
    "0m6d 6m0d",                             // X
    "0m3h6m 3h3d",                           // Y
    "0m6m0d6d",                              // Z
    "2n0n0b2b",                              // [
    "0n4b",                                  // backslash
    "0n2n2b0b",                              // ]
    "0i3m6i",                                // ^
    "0b6b",                                  // _
    "0m1k",                                  // `
    "~0d5d5j0j0d 5j5d",                      // a
    "0m0d ~0d5d5j0j0d",                      // b
    "~4i4j0j0d4d4e",                         // c
    "5m5d ~0d5d5j0j0d",                      // d
    "0g5g ~5g5j0j0d5d5e",                    // e
    "~3m1m1j 1j1d 0j3j",                     // f
    "~0d5d5j0j0d 5j5d ~5d5a1a0b",            // g
    "0m0d ~0g0j5j5g 5g5d",                   // h
    "0d0j 0l0m",                             // i
    "2j2c ~2c2a0a 2l2m",                     // j
    "0m0d 4j0f 1g4d",                        // k
    "0m0f ~0f0d2d",                          // l
    "0j0d ~0g0j4j4g 4g4d ~4g4j8j8g 8g8d",    // m
    "0j0d ~0g0j5j5g 5g5d",                   // n
    "~0d5d5j0j0d",                           // o
    "0j0a ~0d5d5j0j0d",                      // p
    "5j5a ~0d5d5j0j0d",                      // q
    "0j0d ~0g0j3j",                          // r
    "~4i4j0j0g4g4d0d0e",                     // s
    "1l1f ~1f1d3d 0j3j",                     // t
    "0j0g ~0g0d5d5g 5j5d",                   // u
    "0j2d4j",                                // v
    "0j2d4j6d8j",                            // w
    "0j4d 4j0d",                             // x
    "0j2d 4j1a",                             // y
    "0j4j0d4d",                              // z
    "~3n1n1i0h ~0h1g1b3b",                   // {
    "0n0b",                                  // |
    "~0n2n2i3h ~3h2g2b0b",                   // }
    "~0g1j4f5i",                             // ~
};

constexpr double letter_space = 3;  // units after each glyph
constexpr double blank_width = 1.5;
constexpr int smoothing_rounds = 3;

std::string_view glyph_of(char c) {
  const bool known = c >= ' ' && c <= '~';
  return glyphs[static_cast<std::size_t>((known ? c : '?') - ' ')];
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

double glyph_width(std::string_view glyph) {
  if (glyph.empty()) return blank_width;
  double width = 0;
  for (const char c : glyph) {
    if (c >= '0' && c <= '9') width = std::max(width, static_cast<double>(c - '0'));
  }
  return width;
}

Point between(const Point& a, const Point& b, double t) {
  return {a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
}

// Chaikin's corner cutting (1974): its limit is the quadratic B-spline of the points. The ends of
// an open stroke stay; a stroke that ends where it starts is cut there too.
Polyline smoothed(Polyline points) {
  const bool closed = points.front().x == points.back().x && points.front().y == points.back().y;
  for (int round = 0; round < smoothing_rounds; ++round) {
    Polyline cut;
    if (!closed) cut.push_back(points.front());
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
      const bool first = !closed && i == 0;
      const bool last = !closed && i + 2 == points.size();
      if (!first) cut.push_back(between(points[i], points[i + 1], 0.25));
      if (!last) cut.push_back(between(points[i], points[i + 1], 0.75));
    }
    cut.push_back(closed ? cut.front() : points.back());
    points = std::move(cut);
  }
  return points;
}

// Appends the strokes of one glyph, in units with y up, moved to `x` and scaled.
void append_glyph(std::string_view glyph, Point origin, double scale, std::vector<Polyline>& out) {
  while (!glyph.empty()) {
    const std::size_t end = std::min(glyph.find(' '), glyph.size());
    std::string_view stroke = glyph.substr(0, end);
    glyph.remove_prefix(std::min(end + 1, glyph.size()));
    const bool smooth = stroke.front() == '~';
    if (smooth) stroke.remove_prefix(1);
    Polyline points;
    for (std::size_t i = 0; i + 1 < stroke.size(); i += 2) {
      points.push_back(
          {origin.x + scale * (stroke[i] - '0'), origin.y - scale * (stroke[i + 1] - 'd')});
    }
    out.push_back(smooth ? smoothed(std::move(points)) : std::move(points));
  }
}

}  // namespace

std::vector<Polyline> text_strokes(std::string_view text, Point origin, double scale) {
  std::vector<Polyline> strokes;
  for (const char c : text) {
    if (continues_character(c)) continue;
    const std::string_view glyph = glyph_of(c);
    append_glyph(glyph, origin, scale, strokes);
    origin.x += scale * (glyph_width(glyph) + letter_space);
  }
  return strokes;
}

double text_width(std::string_view text, double scale) {
  double units = 0;
  for (const char c : text) {
    if (!continues_character(c)) units += glyph_width(glyph_of(c)) + letter_space;
  }
  return units == 0 ? 0 : scale * (units - letter_space);
}

}  // namespace vgan
