// IDX, the format of MNIST: magic 00 00 TYPE DIMS, big-endian 32-bit dimensions, then the data.
// Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format".
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "engine/readers/image_set.hpp"

namespace vgan {

/// Reads u8 images N x H x W (magic 00 00 08 03) or N x H x W x C, C of 1 to 3 (magic 00 00 08 04),
/// from a plain or gzip file, recognised by content.
/// The labels stay empty; low and high are 0 and 255.
/// Throws Error: io for a missing file, no permission, a folder, FIFO or device; bad_data for
/// everything else (wrong magic or type, a zero or overflowing dimension, truncated, trailing).
ImageSet read_idx_images(const std::filesystem::path& path);

/// Reads N u8 labels (magic 00 00 08 01). Throws as read_idx_images does.
std::vector<std::int32_t> read_idx_labels(const std::filesystem::path& path);

}  // namespace vgan
