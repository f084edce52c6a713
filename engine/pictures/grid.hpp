// Many small images on one sheet.
#pragma once

#include <cstdint>

#include "engine/pictures/picture.hpp"

namespace vgan {

/// The contact sheet of `count` images of `height` x `width` bytes, image after image, row-major
/// (count x height x width). Row after row of `columns` tiles on white; each image pixel becomes
/// `scale` x `scale` pixels; `gap` pixels lie between tiles and three times that around all.
/// `columns` <= 0 chooses a near square. Throws Error bad_config for no images, a scale below 1, a
/// negative gap, or a sheet of more than 2^28 pixels or 10^6 on a side.
GrayImage make_grid(const std::uint8_t* images, std::int64_t count, int height, int width,
                    int columns, int scale = 2, int gap = 2);

/// The contact sheet of images of several channels, innermost (count x height x width x channels):
/// 3 are red, green, blue; of 2 the first is shown as magenta and the second as green, so that both
/// can be seen and equal ones are grey. Throws also for another number of channels.
RgbImage make_rgb_grid(const std::uint8_t* images, std::int64_t count, int height, int width,
                       int channels, int columns, int scale = 2, int gap = 2);

}  // namespace vgan
