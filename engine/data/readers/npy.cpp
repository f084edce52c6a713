#include "engine/data/readers/npy.hpp"

#include <string>
#include <utility>

#include "engine/data/readers/stored_values.hpp"

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

// The file's axes in the order of N, H, W, C; `trials` gets their shape.
StridedArray trials_of(const ByteSource& source, const NpyHeader& header, const ShapeWish& wish,
                       Trials& trials) {
  if (header.shape.empty()) {
    source.fail(header.shape_offset, "the shape (), a single number", "one trial or more",
                "a = array.reshape(1, 1), then numpy.save");
  }
  const TrialAxes axes = trial_axes(header.shape[0], {header.shape.begin() + 1, header.shape.end()},
                                    wish, source.where(header.shape_offset));
  if (!axes.note.empty()) trials.notes.push_back(source.name() + ": " + axes.note);
  trials.count = header.shape[0];
  trials.shape = axes.trial;
  const std::vector<StridedAxis> stored = stored_axes(header);
  std::vector<StridedAxis> wanted{stored[0]};
  for (const std::size_t axis : axes.order) wanted.push_back(stored[axis + 1]);
  return StridedArray(std::move(wanted));
}

}  // namespace

Trials read_npy_trials(const std::filesystem::path& path, const ShapeWish& wish) {
  ByteSource source(path, "cannot read .npy images");
  return read_npy_trials(source, wish);
}

Trials read_npy_trials(ByteSource& source, const ShapeWish& wish) {
  const NpyHeader header = read_npy_header(source);
  const ValueType type = require_numbers(source, header);
  count_elements(source, header);
  Trials trials;
  trials.source = source.name();
  const StridedArray array = trials_of(source, header, wish, trials);
  read_stored_values(source, {array, type, header.swapped(), header.promise_text()}, trials);
  return trials;
}

}  // namespace vgan
