// What is trained on while it is measured.
#pragma once

#include <cstdint>
#include <span>

#include "engine/data/trials.hpp"
#include "engine/settings/config.hpp"

namespace vgan::bench {

/// What `--data` names; without it u8 noise of 28 x 28, as many as MNIST's training images or one
/// batch, whichever is more. Throws as open_trials.
Trials bench_images(const TrainConfig& config);

/// Uniform bytes, the same each time.
void fill_with_noise(std::span<std::uint8_t> bytes);

}  // namespace vgan::bench
