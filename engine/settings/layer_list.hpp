// Layers one by one, as `--g-net` and `--d-net` write them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vgan {

/// The most numbers of an image between layers: more are refused before any size is computed from
/// them.
inline constexpr std::int64_t most_numbers = std::int64_t{1} << 28;

/// One hidden layer: `dense:N`, `dense:HxWxC` (whose output is an image), `conv:C` (strided
/// convolution), `up:C` (transposed convolution); with `:kN` for the side of the kernel, `:sN` for
/// the stride and `:bn` for batch normalisation.
struct LayerItem {
  enum class Kind : std::uint8_t { dense, conv, up };
  Kind kind = Kind::dense;
  std::int64_t size = 0;               ///< outputs, or channels
  std::int64_t height = 0, width = 0;  ///< of a dense layer's image; 0: none
  std::int64_t kernel = 0;             ///< 0: the net's own
  std::int64_t stride = 2;
  bool normalised = false;
};

/// Empty for an empty list. Throws bad_config for setting `name`, with the item that cannot be
/// read; kernels and strides are up to 64, layers too.
std::vector<LayerItem> parse_layers(const std::string& name, const std::string& list);

}  // namespace vgan
