// The built-in data set: labelled images of handwritten-looking digits, drawn on demand.
#pragma once

#include <cstdint>

#include "engine/data/trials.hpp"

namespace vgan {

/// `count` images of 28 x 28 u8 with their digits 0 to 9 as labels, after MNIST's conventions
/// (white ink on black, the longer side of the ink about 20 pixels, the centre of mass in the
/// middle). Every hundred consecutive images hold ten of each digit, in random order.
///
/// Image i is a pure function of (seed, i): neither `count` nor `threads` changes it, and no libm
/// function but the exactly rounded sqrt takes part, so the bytes are the same on every machine
/// that rounds float as IEEE 754 says and does not contract a*b+c.
///
/// `threads` 0 means one for each hardware thread.
/// Throws Error (bad_config) for a negative count or thread number.
Trials make_digits(std::uint64_t seed, std::int64_t count = 60000, int threads = 0);

}  // namespace vgan
