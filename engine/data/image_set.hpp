// Images as a reader hands them to the trainer: one host array and what it means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/data/trial_shape.hpp"
#include "engine/data/value_type.hpp"

namespace vgan {

/// `count` images of `height` x `width` x `channels` values, channels innermost (N, H, W, C), image
/// after image: u8 (0 to 255) or floats (`low` to `high`), as doubles where the file's own type has
/// numbers that a float has not. Curves and rows of columns have a height of 1.
struct ImageSet {
  std::int64_t count = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t channels = 1;
  TrialKind kind = TrialKind::image;
  std::variant<std::vector<std::uint8_t>, std::vector<float>, std::vector<double>> pixels;
  std::optional<ValueType> file_type;  ///< where it is another than that of `pixels`
  double low = 0.0;                    ///< the value that maps to the network's smallest output
  double high = 255.0;                 ///< the value that maps to the network's largest output
  /// Whether `low` and `high` are nothing but the least and the greatest value: the scale follows
  /// the values then, and few outliers do not decide it.
  bool by_values = false;
  std::vector<std::int32_t> labels;      ///< one class for each image, or empty
  std::vector<std::string> class_names;  ///< of class 0, 1, ..., where labels were words; or empty
  std::vector<float> conditions;         ///< count x condition_size, row-major, or empty
  std::int64_t condition_size = 0;       ///< numbers for each image; 0 where there are none
  std::string source;              ///< what the user would call it: a path, or "built-in digits"
  std::vector<std::string> notes;  ///< what was done in reading that the user should know

  /// height * width * channels. Throws bad_data where that is more than can be counted.
  std::int64_t pixels_per_image() const;
  TrialShape shape() const { return {height, width, channels, kind}; }
  void set_shape(const TrialShape& trial) {
    height = trial.height;
    width = trial.width;
    channels = trial.channels;
    kind = trial.kind;
  }
  /// The array's shape as files have it, without axes that go without saying: (N, P) for rows, (N,
  /// T) or (N, T, C) for curves, (N, H, W) or (N, H, W, C) for images.
  std::vector<std::int64_t> array_shape() const;
  bool is_u8() const { return std::holds_alternative<std::vector<std::uint8_t>>(pixels); }
  /// The type of one number: the file's own.
  ValueType value_type() const;
  /// What holds for any of the images: all but values, labels and conditions; no image.
  ImageSet outline() const;
  std::size_t bytes() const;
  /// Images [first, first + n) with what belongs to them; range and source are the set's. Throws
  /// internal for images that there are not, bad_data where sizes and values disagree.
  ImageSet part(std::int64_t first, std::int64_t n) const;
  /// Drops all but the first `n` images. Throws as `part`.
  void keep_first(std::int64_t n);
  /// Throws bad_data unless there is an image, counts, labels and conditions agree with the pixels,
  /// labels with their names and sides with the kind, every number is finite and every pixel within
  /// low..high. Names the first row (the image) and
  /// column (the number in it) that is not, both from 0. Reads all values once.
  void require_consistent() const;
  /// 64-bit FNV-1a over shape and pixels, as 16 hex digits: tells whether a resumed run sees the
  /// data that it was started on. The channels are part of it where there are several.
  std::string fingerprint() const;
  /// Fingerprints of what a conditional run sees beside the pixels.
  std::string labels_fingerprint() const;
  std::string conditions_fingerprint() const;
};

}  // namespace vgan
