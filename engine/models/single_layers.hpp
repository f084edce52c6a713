// Single layers, and the sizes that they allow: what networks are put together from.
#pragma once

#include <cstdint>

#include "engine/data/trial_shape.hpp"
#include "engine/nn/layer.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// The stride of the nets' own convolutions, which halve or double each side.
inline constexpr std::int64_t own_stride = 2;

/// Side of the kernel where a layer does not name its own.
std::int64_t kernel_side(const TrainConfig& config);

/// `side` over `stride`, rounded up.
std::int64_t strided(std::int64_t side, std::int64_t stride);

/// A strided convolution of a large image with sides kept, halved or whatever `step` says, rounded
/// up; zeros on both sides, the odd one behind. So the small image of any large one, transposed,
/// gives exactly the large one's sides back: nothing is padded or cropped around a network. A side
/// of 1 stays 1. Throws bad_config for setting `setting` and an image of more than `most_numbers`,
/// on either side.
ConvGeometry geometry_of(const TrialShape& large, std::int64_t filters, std::int64_t kernel,
                         std::int64_t step, const char* setting = "net");

/// Throws bad_config for setting `setting` and more than 2^40 weights.
nn::LayerSpec dense_layer(std::int64_t inputs, std::int64_t outputs, Activation activation,
                          const char* setting = "net");
/// From the large image to the small one, or `transposed`.
nn::LayerSpec convolution(const ConvGeometry& g, bool transposed, Activation activation);

}  // namespace vgan
