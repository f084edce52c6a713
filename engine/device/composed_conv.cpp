// Convolutions made of patches and dense products: the slow, obvious twins, and the way where a
// backend has no other.
#include <algorithm>

#include "engine/device/composed.hpp"

namespace vgan {
namespace {

// Patches of all images can be far more numbers than the images; so many are taken at a time.
constexpr std::int64_t patch_numbers = std::int64_t{1} << 24;

std::int64_t images_at_once(const ConvGeometry& g, std::int64_t images) {
  return std::clamp<std::int64_t>(patch_numbers / (g.positions() * g.patch_size()), 1,
                                  std::max<std::int64_t>(1, images));
}

/// Images [n, positions * channels] as one pixel a row.
template <class Ref>
Ref pixels(Ref images, std::int64_t positions) {
  const std::int64_t channels = images.cols / positions;
  return {images.data, images.type, images.rows * positions, channels, channels};
}

template <class Ref>
Ref rows_or_empty(Ref matrix, std::int64_t first, std::int64_t count) {
  return matrix.empty() ? matrix : matrix.rows_from(first, count);
}

}  // namespace

std::size_t composed_conv_scratch(const Backend& backend, const ConvGeometry& g,
                                  std::int64_t images, ElementType type) {
  const std::int64_t rows = images_at_once(g, std::max<std::int64_t>(1, images)) * g.positions();
  return backend.product_scratch(rows, g.filters, type) + 256 +
         static_cast<std::size_t>(rows * g.patch_size()) * sizeof(float);
}

void composed_conv(Backend& backend, Queue& queue, const ConvTask& task,
                   const ProductOptions& options) {
  const ConvGeometry& g = task.geometry;
  const std::int64_t n = task.x.rows, positions = g.positions();
  for (std::int64_t first = 0; first < n; first += images_at_once(g, n)) {
    const std::int64_t count = std::min(images_at_once(g, n), n - first);
    ConvTask part = task;
    part.x = task.x.rows_from(first, count);
    part.y = task.y.rows_from(first, count);
    part.at = rows_or_empty(task.at, first, count);
    const MatrixRef patches = backend.patch_memory(
        queue, count * positions, g.patch_size(), task.transposed ? ElementType::f32 : task.x.type,
        backend.product_scratch(count * positions, g.filters, task.y.type));
    if (task.transposed) {
      backend.dense_backward_input(queue, pixels(part.x, positions), task.w, {}, patches,
                                   {.tf32 = options.tf32});
      backend.run(queue,
                  FoldPatchesTask{patches.as<float>(), part, options.activation, options.slope});
      continue;
    }
    backend.run(queue, PatchesTask{g, part.x, patches});
    const MatrixRef y = pixels(part.y, positions);
    if (task.at.empty()) {
      backend.dense_forward(queue, patches, task.w, task.bias, y,
                            {options.activation, options.slope, options.tf32});
    } else {
      backend.dense_tangent(queue, patches, task.w, pixels(part.at, positions), y, options);
    }
  }
}

void composed_conv_backward_weights(Backend& backend, Queue& queue, const ConvGeometry& geometry,
                                    ConstMatrixRef large, ConstMatrixRef small,
                                    MatrixView<float> dw, const WeightGradientOptions& options) {
  const std::int64_t n = large.rows, positions = geometry.positions();
  WeightGradientOptions added = options;
  // At least once, so that the gradient of no images is 0.
  for (std::int64_t first = 0; first == 0 || first < n;
       first += std::max<std::int64_t>(1, images_at_once(geometry, n))) {
    const std::int64_t count = n == 0 ? 0 : std::min(images_at_once(geometry, n), n - first);
    const MatrixRef patches =
        backend.patch_memory(queue, count * positions, geometry.patch_size(), large.type, 0);
    backend.run(queue, PatchesTask{geometry, large.rows_from(first, count), patches});
    backend.dense_backward_weights(queue, patches, pixels(small.rows_from(first, count), positions),
                                   dw, {}, added);
    added.accumulate = true;
  }
}

}  // namespace vgan
