// Images as a reader hands them to the trainer: one host array and what it means.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace vgan {

/// `count` images of `height` x `width` pixels, row-major, image after image, kept in the file's
/// own precision: u8 (0 to 255) or float (`low` to `high`).
struct ImageSet {
  std::int64_t count = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::variant<std::vector<std::uint8_t>, std::vector<float>> pixels;
  float low = 0.0F;                  ///< the value that maps to the network's smallest output
  float high = 255.0F;               ///< the value that maps to the network's largest output
  std::vector<std::int32_t> labels;  ///< one class for each image, or empty
  std::string source;                ///< what the user would call it: a path, or "built-in digits"

  std::int64_t pixels_per_image() const { return height * width; }
  std::size_t bytes() const;
  /// Throws bad_data unless there is an image and counts, labels and range agree with the pixels.
  void require_consistent() const;
  /// 64-bit FNV-1a over shape and pixels, as 16 hex digits: tells whether a resumed run sees the
  /// data that it was started on.
  std::string fingerprint() const;
};

}  // namespace vgan
