// Images as a reader hands them to the trainer: one host array and what it means.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace vgan {

/// `count` images of `height` x `width` x `channels` values, channels innermost (N, H, W, C), image
/// after image, kept in the file's own precision: u8 (0 to 255) or float (`low` to `high`). A curve
/// is an image of height 1.
struct ImageSet {
  std::int64_t count = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t channels = 1;
  std::variant<std::vector<std::uint8_t>, std::vector<float>> pixels;
  float low = 0.0F;                  ///< the value that maps to the network's smallest output
  float high = 255.0F;               ///< the value that maps to the network's largest output
  std::vector<std::int32_t> labels;  ///< one class for each image, or empty
  std::vector<float> conditions;     ///< count x condition_size, row-major, or empty
  std::int64_t condition_size = 0;   ///< numbers for each image; 0 where there are none
  std::string source;                ///< what the user would call it: a path, or "built-in digits"

  std::int64_t pixels_per_image() const { return height * width * channels; }
  std::size_t bytes() const;
  /// Images [first, first + n) with what belongs to them; range and source are the set's. Throws
  /// internal for images that there are not.
  ImageSet part(std::int64_t first, std::int64_t n) const;
  /// Drops all but the first `n` images. Throws as `part`.
  void keep_first(std::int64_t n);
  /// Throws bad_data unless there is an image and counts, labels, conditions and range agree with
  /// the pixels.
  void require_consistent() const;
  /// 64-bit FNV-1a over shape and pixels, as 16 hex digits: tells whether a resumed run sees the
  /// data that it was started on. The channels are part of it where there are several.
  std::string fingerprint() const;
  /// The same of what a conditional run sees beside the pixels.
  std::string labels_fingerprint() const;
  std::string conditions_fingerprint() const;
};

}  // namespace vgan
