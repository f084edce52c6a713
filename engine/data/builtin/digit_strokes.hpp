// How people write the ten digits: pen strokes through knots, in several ways for each digit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vgan::digits {

/// What the pen does at a knot.
enum class Pen : std::uint8_t {
  smooth,  ///< runs through
  corner,  ///< turns sharply, or nearly so
  lift,    ///< ends a stroke; the next knot begins another
};

/// A point that the pen passes. x grows to the right and y downwards; a digit is about 100 tall.
struct Knot {
  float x = 0.0F;
  float y = 0.0F;
  Pen pen = Pen::smooth;
};

/// One way to write a digit. `forms` are its extremes, with equal numbers of knots and equal pen
/// movements, so that any mixture of them is again a way to write it.
struct DigitVariant {
  float share;  ///< how many of the digit's writers do it this way; a digit's shares sum to 1
  std::vector<std::vector<Knot>> forms;
};

inline constexpr int digit_count = 10;
inline constexpr std::size_t max_knots = 16;  ///< of any form
inline constexpr std::size_t max_forms = 10;  ///< of any variant

/// The ways to write `digit`, 0 to 9. Made once, never changed.
std::span<const DigitVariant> digit_variants(int digit);

}  // namespace vgan::digits
