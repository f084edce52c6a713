// A cloud of points in a plane.
#pragma once

#include <span>

#include "engine/pictures/picture.hpp"
#include "engine/pictures/series.hpp"

namespace vgan {

/// What the two axes of a plot of pairs span.
struct PairAxes {
  Range x;
  Range y;
};

/// `shared` for both axes, or for each that of its own numbers (robust_range) where one of them
/// would take less than a tenth of it. `values` is count x 2.
PairAxes pair_axes(std::span<const double> values, const Range& shared);

/// A square plot of pairs (x, y), count x 2, with numbers on both axes; above it, how many pairs
/// lie outside, if any. Throws Error bad_config for no pairs, or for half of one.
RgbImage draw_pairs(std::span<const double> values, const Range& x, const Range& y);
/// Both axes span `axis`.
RgbImage draw_pairs(std::span<const double> values, const Range& axis);

}  // namespace vgan
