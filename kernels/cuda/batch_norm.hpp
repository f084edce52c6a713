// What sums over the pixels of images take beside their operands.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vgan::cuda {

/// Scratch, in bytes, of sums and batch normalisation of that many pixels, rows times positions.
std::size_t channel_scratch(std::int64_t pixels, std::int64_t channels);

}  // namespace vgan::cuda
