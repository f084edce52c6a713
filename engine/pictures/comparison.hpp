// Labelled pictures side by side.
#pragma once

#include <string>
#include <vector>

#include "engine/pictures/picture.hpp"

namespace vgan {

struct ComparisonPanel {
  std::string title;
  std::vector<std::string> lines;  ///< below the picture
  Picture picture;
};

/// The panels side by side under `heading`, in as few rows as fit 2,080 pixels, as many in
/// each row as in the others or one more. Pictures wider than 640 pixels are shrunk to that;
/// columns are as wide as their widest picture or text. Throws Error bad_config for no panels, a
/// picture whose bytes do not fit its size, or a sheet of more than 2^28 pixels.
Picture draw_comparison(const std::string& heading, const std::vector<ComparisonPanel>& panels);

/// `image` at `width` pixels (at most its own), each the mean of the pixels that it covers,
/// weighted by area; the height follows. Throws Error bad_config for a width below 1 or beyond the
/// image's.
RgbImage shrunk(const RgbImage& image, int width);

}  // namespace vgan
