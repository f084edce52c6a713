// Images with few channels, for loops that want full vectors.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace vgan::cpu {

/// Tight NHWC numbers as rows of whole pixels, at least `shortest` numbers long: one and the same
/// place of every row has one and the same channel. The last row may be shorter.
struct ChannelRows {
  std::int64_t channels, size, length;

  ChannelRows(std::int64_t channel_count, std::int64_t number_count, std::int64_t shortest = 256)
      : channels(channel_count),
        size(number_count),
        length((shortest + channels - 1) / channels * channels) {}

  std::int64_t rows() const { return (size + length - 1) / length; }

  /// One number for each place of a row, from one for each channel.
  template <class ValueOf>
  std::vector<float> spread(ValueOf value_of) const {
    std::vector<float> values(static_cast<std::size_t>(length));
    for (std::int64_t i = 0; i < length; ++i) {
      values[static_cast<std::size_t>(i)] = value_of(i % channels);
    }
    return values;
  }
};

}  // namespace vgan::cpu
