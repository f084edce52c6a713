#include "engine/data/readers/npy.hpp"

#include <string>
#include <utility>

#include "engine/data/readers/stored_images.hpp"

namespace vgan {
namespace {

std::vector<StridedAxis> stored_axes(const NpyHeader& header) {
  std::vector<StridedAxis> axes(header.shape.size());
  std::uint64_t stride = 1;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = header.fortran_order ? i : axes.size() - 1 - i;
    axes[axis] = {static_cast<std::uint64_t>(header.shape[axis]), stride};
    stride *= axes[axis].size;
  }
  return axes;
}

// The file's axes in the order of N, H, W, C; `images` gets their shape.
StridedArray trials_of(const ByteSource& source, const NpyHeader& header, const ShapeWish& wish,
                       ImageSet& images) {
  if (header.shape.empty()) {
    source.fail(header.shape_offset, "the shape (), a single number", "one trial or more",
                "a = array.reshape(1, 1), then numpy.save");
  }
  const TrialAxes axes = trial_axes(header.shape[0], {header.shape.begin() + 1, header.shape.end()},
                                    wish, source.where(header.shape_offset));
  if (!axes.note.empty()) images.notes.push_back(source.path().string() + ": " + axes.note);
  images.count = header.shape[0];
  images.set_shape(axes.trial);
  const std::vector<StridedAxis> stored = stored_axes(header);
  std::vector<StridedAxis> wanted{stored[0]};
  for (const std::size_t axis : axes.order) wanted.push_back(stored[axis + 1]);
  return StridedArray(std::move(wanted));
}

}  // namespace

ImageSet read_npy_images(const std::filesystem::path& path, const ShapeWish& wish) {
  ByteSource source(path, "cannot read .npy images");
  const NpyHeader header = read_npy_header(source);
  const ValueType type = require_numbers(source, header);
  count_elements(source, header);
  ImageSet images;
  images.source = path.string();
  const StridedArray trials = trials_of(source, header, wish, images);
  read_stored_images(source, {trials, type, header.swapped(), header.promise_text()}, images);
  return images;
}

}  // namespace vgan
