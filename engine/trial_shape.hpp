// The shape of one trial.
#pragma once

#include <cstdint>

namespace vgan {

/// Values lie with channels innermost: height, width, channels. A curve is an image of height 1.
struct TrialShape {
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t channels = 1;

  std::int64_t size() const { return height * width * channels; }
  /// Two numbers of one channel: points of a plane.
  bool is_pair() const { return height * width == 2 && channels == 1; }
  /// One row or one column of three values or more.
  bool is_curve() const { return (height == 1 || width == 1) && height * width > 2; }
};

}  // namespace vgan
