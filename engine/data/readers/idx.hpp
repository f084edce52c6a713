// IDX, the format of MNIST: magic 00 00 TYPE DIMS, big-endian 32-bit dimensions, then the data.
// Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format".
#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/data/labels.hpp"
#include "engine/data/trial_axes.hpp"
#include "engine/data/trials.hpp"

namespace vgan {

/// Reads images N x H x W (magic 00 00 TYPE 03) or N x H x W x C, C of 1 to 4 (magic 00 00 TYPE
/// 04), of any of the format's types (u8, i8, i16, i32, f32, f64), from a plain or gzip file,
/// recognised by content. Types and the fourth channel are as for read_npy_trials. They are images
/// unless `wish` says otherwise. The labels stay empty.
/// Throws Error: io for a missing file, no permission, a folder, FIFO or device; bad_config for a
/// shape that the file has not; bad_data for everything else (wrong magic or type, a zero or
/// overflowing dimension, truncated, trailing, NaN).
Trials read_idx_trials(const std::filesystem::path& path, const ShapeWish& wish = {});

/// Reads N labels of any of the types, or the first column of N x K. Throws as read_idx_trials
/// does, and bad_data for labels that are no whole numbers from 0 on.
Labels read_idx_labels(const std::filesystem::path& path);

}  // namespace vgan
