// Pictures as PNG.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/files/folder.hpp"
#include "engine/pictures/picture.hpp"

namespace vgan {

/// The bytes of an 8-bit PNG file. Throws Error internal unless the picture has at least one pixel
/// and as many bytes as its size says, or where libpng fails.
std::vector<std::byte> encode_png(const GrayImage& image);
std::vector<std::byte> encode_png(const RgbImage& image);

/// Writes the file atomically (see AtomicFile). Throws Error io where the system refuses, and as
/// encode_png does.
void write_png(const FilePlace& place, const GrayImage& image);
void write_png(const FilePlace& place, const RgbImage& image);
void write_png(const FilePlace& place, const Picture& picture);

}  // namespace vgan
