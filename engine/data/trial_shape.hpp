// The shape of one trial, and what it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vgan {

/// An image has neighbours in two directions; a curve is `width` samples in order, with `channels`
/// numbers each; a row is `width` numbers of different meaning, such as the columns of a table.
enum class TrialKind { image, curve, row };

struct TrialKindInfo {
  TrialKind kind;
  std::string_view name;    ///< as in checkpoints
  std::string_view plural;  ///< for people
};

inline constexpr std::array<TrialKindInfo, 3> trial_kinds = {{
    {TrialKind::image, "image", "images"},
    {TrialKind::curve, "curve", "curves"},
    {TrialKind::row, "row", "rows"},
}};

constexpr const TrialKindInfo& info_of(TrialKind kind) {
  return trial_kinds[static_cast<std::size_t>(kind)];
}

/// The kind with this name; nothing for another word.
constexpr std::optional<TrialKind> trial_kind_named(std::string_view name) {
  for (const TrialKindInfo& info : trial_kinds) {
    if (info.name == name) return info.kind;
  }
  return std::nullopt;
}

/// Values lie with channels innermost: height, width, channels. Curves and rows have a height of 1.
struct TrialShape {
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t channels = 1;
  TrialKind kind = TrialKind::image;

  std::int64_t size() const { return height * width * channels; }
  /// Whether `other` has the same height, width and channels, whatever its kind is.
  bool same_sides(const TrialShape& other) const {
    return height == other.height && width == other.width && channels == other.channels;
  }
  /// The array that `count` trials are in files: count x height x width x channels, without a
  /// height of 1, which curves and rows have, and without a single channel.
  std::vector<std::int64_t> array(std::int64_t count) const {
    std::vector<std::int64_t> shape{count};
    if (height > 1) shape.push_back(height);
    shape.push_back(width);
    if (channels > 1) shape.push_back(channels);
    return shape;
  }
  /// Two numbers of one channel: points of a plane.
  bool is_pair() const { return height * width == 2 && channels == 1; }
  /// Numbers that are no neighbours of one another, other than points of a plane.
  bool is_row() const { return kind == TrialKind::row && !is_pair(); }
  /// A curve, or an image of one row or one column of three values or more, which is drawn as one.
  bool is_curve() const {
    return kind == TrialKind::curve ||
           (kind == TrialKind::image && (height == 1 || width == 1) && height * width > 2);
  }
};

/// "28 x 28", "32 x 32 x 3"; of a curve "256" or "60 x 3", of a row "4".
inline std::string extents_text(const TrialShape& shape) {
  std::string text = shape.kind == TrialKind::image ? std::to_string(shape.height) + " x " : "";
  text += std::to_string(shape.width);
  if (shape.channels > 1) text += " x " + std::to_string(shape.channels);
  return text;
}

}  // namespace vgan
