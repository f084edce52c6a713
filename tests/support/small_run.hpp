// A run small enough to repeat many times, on images made on the spot.
#pragma once

#include "engine/data/trials.hpp"
#include "engine/settings/config.hpp"

namespace vgan::testing {

/// `count` images of 6 x 6: a bright bar at a place and of a brightness that vary.
inline Trials bar_images(std::int64_t count = 200) {
  Trials trials;
  trials.count = count;
  trials.shape = {6, 6};
  trials.source = "bars";
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count * 36), 10);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t column = i % 6;
    const auto brightness = static_cast<std::uint8_t>(120 + (i * 37) % 130);
    for (std::int64_t row = 0; row < 6; ++row) {
      pixels[static_cast<std::size_t>(i * 36 + row * 6 + column)] = brightness;
    }
    trials.labels.push_back(static_cast<std::int32_t>(column));
  }
  trials.values = std::move(pixels);
  return trials;
}

inline TrainConfig small_config() {
  TrainConfig config = preset("default");
  config.epochs = 20;
  config.batch = 16;
  config.latent = 7;
  config.g_layers = {24, 40};
  config.d_layers = {33, 17};
  config.device = "cpu";
  config.precision = vgan::PrecisionKind::fp32;
  config.threads = 2;
  config.r1_every = 4;
  return config;
}

}  // namespace vgan::testing
