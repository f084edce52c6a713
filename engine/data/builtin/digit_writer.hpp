// One handwritten digit: a writer with a hand of his own, a way to write, and the ink.
#pragma once

#include <cstdint>
#include <span>

#include "engine/data/builtin/digit_draws.hpp"

namespace vgan::digits {

/// Draws `digit`, 0 to 9, in whatever way and hand `draws` gives.
/// `image` is digit_side * digit_side bytes, row-major, white ink (255) on black (0).
void write_digit(int digit, Draws draws, std::span<std::uint8_t> image);

}  // namespace vgan::digits
