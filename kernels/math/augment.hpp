// One random change of an image, affine in its pixels: differentiable augmentation.
//
// S. Zhao, Z. Liu, J. Lin, J.-Y. Zhu, S. Han, "Differentiable augmentation for data-efficient GAN
// training", 2020, arXiv:2006.10738.
//
// Row r of the stream (seed, purpose, step) takes its numbers 8 r to 8 r + 7: the words of Philox
// blocks 2 r and 2 r + 1 (math/philox.hpp), each for one thing, wanted or not:
//   block 2 r:      x brightness, y saturation, z contrast, w unused
//   block 2 r + 1:  x rows moved down, y columns moved right, z the cutout's row, w its column
// With u = uniform(word) in (0, 1] (math/uniform.hpp) and k(word, n) = floor(word * n / 2^32):
//   brightness = u - 1/2,  saturation = 2 u,  contrast = 1/2 + u
//   down = k(word, 2 m + 1) - m,  m = floor((height + 4) / 8);  right the same of the width
//   the cutout has c = floor((height + 1) / 2) rows from k(word, height + 1 - c mod 2) - floor(c /
//   2) on, and columns the same of the width; what lies outside the image is left out.
#pragma once

#include <cstdint>

#include "kernels/math/host_device.hpp"
#include "kernels/math/philox.hpp"
#include "kernels/math/uniform.hpp"

namespace vgan::math {

/// As it stands, no change.
struct AugmentDraw {
  float brightness = 0.0f;       // added
  float saturation = 1.0f;       // factor of what differs from the pixel's mean over channels
  float contrast = 1.0f;         // factor of what differs from the image's mean
  int down = 0, right = 0;       // pixels that the image moves by
  int cut_row = 0, cut_col = 0;  // first of what is set to zero, after the move
  int cut_rows = 0, cut_cols = 0;
};

namespace detail {

VGAN_HOST_DEVICE inline int draw_move(std::uint32_t word, int side) {
  const int most = (side + 4) / 8;
  return uniform_below(word, 2 * most + 1) - most;
}

VGAN_HOST_DEVICE inline int draw_cutout(std::uint32_t word, int side) {
  const int length = (side + 1) / 2;
  return uniform_below(word, side + 1 - length % 2) - length / 2;
}

}  // namespace detail

/// The change of row `row`, by the numbers above; `subsequence` is that of (purpose, step).
VGAN_HOST_DEVICE inline AugmentDraw augment_draw(std::uint64_t seed, std::uint64_t subsequence,
                                                 std::uint64_t row, int height, int width) {
  const Words4 colour = philox_block(seed, subsequence, 2 * row);
  const Words4 place = philox_block(seed, subsequence, 2 * row + 1);
  AugmentDraw draw;
  draw.brightness = uniform_between(colour.x, -0.5f, 0.5f);
  draw.saturation = uniform_between(colour.y, 0.0f, 2.0f);
  draw.contrast = uniform_between(colour.z, 0.5f, 1.5f);
  draw.down = detail::draw_move(place.x, height);
  draw.right = detail::draw_move(place.y, width);
  draw.cut_row = detail::draw_cutout(place.z, height);
  draw.cut_col = detail::draw_cutout(place.w, width);
  draw.cut_rows = (height + 1) / 2;
  draw.cut_cols = (width + 1) / 2;
  return draw;
}

/// The draw without what is not wanted.
VGAN_HOST_DEVICE inline AugmentDraw only(const AugmentDraw& draw, bool colour, bool translation,
                                         bool cutout) {
  AugmentDraw kept = draw;
  if (!colour) {
    kept.brightness = 0.0f;
    kept.saturation = 1.0f;
    kept.contrast = 1.0f;
  }
  if (!translation) kept.down = kept.right = 0;
  if (!cutout) kept.cut_rows = kept.cut_cols = 0;
  return kept;
}

/// The transpose of the linear part: moved back, with the cutout before the move, and without
/// brightness. Colours are their own transpose, and come after the move where they came before.
VGAN_HOST_DEVICE inline AugmentDraw transposed(const AugmentDraw& draw) {
  AugmentDraw back = draw;
  back.brightness = 0.0f;
  back.down = -draw.down;
  back.right = -draw.right;
  back.cut_row = draw.cut_row - draw.down;
  back.cut_col = draw.cut_col - draw.right;
  return back;
}

/// The pixel, counted row by row, that comes to (row, col); -1 where zeros do.
VGAN_HOST_DEVICE inline int moved_from(const AugmentDraw& draw, int height, int width, int row,
                                       int col) {
  const bool cut = row >= draw.cut_row && row < draw.cut_row + draw.cut_rows &&
                   col >= draw.cut_col && col < draw.cut_col + draw.cut_cols;
  const int from_row = row - draw.down;
  const int from_col = col - draw.right;
  const bool inside = from_row >= 0 && from_row < height && from_col >= 0 && from_col < width;
  return inside && !cut ? from_row * width + from_col : -1;
}

/// One number of a pixel with new colours: saturation about the pixel's mean over channels, then
/// contrast about the image's mean. Brightness commutes with both. With one channel the pixel's
/// mean is x itself.
VGAN_HOST_DEVICE inline float recolour(const AugmentDraw& draw, float x, float pixel_mean,
                                       float image_mean) {
  const float saturated = pixel_mean + draw.saturation * (x - pixel_mean);
  return image_mean + draw.contrast * (saturated - image_mean) + draw.brightness;
}

}  // namespace vgan::math
