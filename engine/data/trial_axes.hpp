// What the numbers of a file are: rows, curves or pictures, by its axes and by what the user says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/trial_shape.hpp"
#include "engine/data/trials.hpp"

namespace vgan {

/// What is known of one trial's shape beyond what the file says.
struct ShapeWish {
  std::string shape;    ///< as --shape, see parse_shape; "" = as the file says
  bool curves = false;  ///< trials of one or two axes in a .npy file are curves, as by --net conv1d
  /// The shape that a model has learnt. Where `shape` is empty, a file whose numbers can be read as
  /// such trials is read so.
  std::optional<TrialShape> expected;
};

/// --shape in its parts; one of them is empty.
struct ShapeText {
  std::vector<std::int64_t> sizes;  ///< of "256", "16x16" or "32x32x3"
  /// What the axes of the file are after the first, as letters: p of a row; t, tc or ct of a curve;
  /// hw, hwc or chw of a picture.
  std::string axes;
};

/// Throws bad_config for what is neither sizes nor one of the words; an empty text has no parts.
ShapeText parse_shape(const std::string& text);

/// How the array of a file becomes Trials.
struct TrialAxes {
  std::vector<std::size_t>
      order;         ///< the file's axes after the first (0, 1, ...) as they shall lie
  TrialShape trial;  ///< what they are then, in that order
  std::string note;  ///< what the user might have meant otherwise, or empty
};

/// The file's axes have the sizes `count`, then `sizes`; `where` is what messages call the file:
/// (N, P) is rows, or with `curves` curves; (N, H, W) images, or with `curves` (N, T, C) curves, as
/// are (N, 1, T) and (N, 1, T, C); (N, H, W, C) images of up to 4 channels. Throws bad_data for
/// other axes, channels that come first included, and bad_config for a wish that the sizes do not
/// grant.
TrialAxes trial_axes(std::int64_t count, const std::vector<std::int64_t>& sizes,
                     const ShapeWish& wish, const std::string& where);

/// Gives trials in memory the shape that is wished. Leaves them as they are where none is wished,
/// or where they cannot have the one that is expected. Throws bad_config as trial_axes.
void shape_trials(Trials& trials, const ShapeWish& wish);

/// Drops the fourth channel of images, which is taken for alpha, and adds a note.
void drop_alpha(Trials& trials);

}  // namespace vgan
