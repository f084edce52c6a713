#include "kernels/cpu/patches.hpp"

#include <algorithm>

#include "kernels/cpu/channels.hpp"
#include "kernels/cpu/dense_slices.hpp"
#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/dispatch.hpp"

namespace vgan::cpu {
namespace {

using math::Activation;

void add_run(const float* __restrict from, std::int64_t count, float* __restrict to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
}

// Calls `run(patch_at, image_at, pixels)` for each run of pixels that a row of a patch has inside
// the image, and `skip(patch_at, pixels)` for what lies outside. Places are in numbers.
template <class Run, class Skip>
void for_each_run(const ConvGeometry& g, Run run, Skip skip) {
  const std::int64_t channels = g.channels;
  std::int64_t patch = 0;
  for (std::int64_t position = 0; position < g.positions(); ++position) {
    const std::int64_t top = position / g.small_width * g.stride_h - g.pad_h;
    const std::int64_t left = position % g.small_width * g.stride_w - g.pad_w;
    const std::int64_t first = std::clamp<std::int64_t>(-left, 0, g.kernel_w);
    const std::int64_t end = std::clamp<std::int64_t>(g.width - left, first, g.kernel_w);
    for (std::int64_t i = 0; i < g.kernel_h; ++i, patch += g.kernel_w * channels) {
      const std::int64_t row = top + i;
      if (row < 0 || row >= g.height || first == end) {
        skip(patch, g.kernel_w * channels);
        continue;
      }
      if (first > 0) skip(patch, first * channels);
      run(patch + first * channels, (row * g.width + left + first) * channels,
          (end - first) * channels);
      if (end < g.kernel_w) skip(patch + end * channels, (g.kernel_w - end) * channels);
    }
  }
}

template <class T>
void take_patches_of(const ConvGeometry& g, const T* image, T* patches) {
  for_each_run(
      g,
      [&](std::int64_t patch, std::int64_t at, std::int64_t count) {
        std::copy_n(image + at, count, patches + patch);
      },
      [&](std::int64_t patch, std::int64_t count) { std::fill_n(patches + patch, count, T{}); });
}

}  // namespace

void take_patches(const ConvGeometry& geometry, ConstMatrixRef large, void* patches) {
  with_float_type(large.type, [&](auto type) {
    using T = decltype(type);
    auto* to = static_cast<T*>(patches);
    for (std::int64_t i = 0; i < large.rows; ++i) {
      take_patches_of(geometry, large.as<T>().row(i), to);
      to += geometry.positions() * geometry.patch_size();
    }
  });
}

void add_patches(const ConvGeometry& geometry, const float* patches, std::int64_t images,
                 float* large) {
  for (std::int64_t i = 0; i < images; ++i) {
    float* image = large + i * geometry.large_size();
    const float* from = patches + i * geometry.positions() * geometry.patch_size();
    std::fill_n(image, geometry.large_size(), 0.0F);
    for_each_run(
        geometry,
        [&](std::int64_t patch, std::int64_t at, std::int64_t count) {
          VGAN_WIDEST(add_run)(from + patch, count, image + at);
        },
        [](std::int64_t, std::int64_t) {});
  }
}

ConvEpilogue::ConvEpilogue(const ConvTask& task, Activation activation, float slope,
                           bool bias_added)
    : task_(&task),
      activation_(activation),
      slope_(slope),
      channels_(task.transposed ? task.geometry.channels : task.geometry.filters) {
  if (bias_added || task.bias.empty()) return;
  bias_ = ChannelRows(channels_, 0).spread([&](std::int64_t c) { return task.bias.data[c]; });
}

bool ConvEpilogue::done() const {
  return bias_.empty() && activation_ == Activation::identity && task_->y.type == ElementType::f32;
}

void ConvEpilogue::finish(float* sums, std::int64_t first, std::int64_t images) const {
  const std::int64_t size = images * task_->y.cols;
  const auto length = static_cast<std::int64_t>(bias_.size());
  for (std::int64_t i = 0; i < size && length > 0; i += length) {
    VGAN_WIDEST(add_run)(bias_.data(), std::min(length, size - i), sums + i);
  }
  const MatrixRef y = task_->y.rows_from(first, images);
  if (task_->at.empty()) {
    store_activated_tile(sums, activation_, slope_, y);
  } else {
    store_masked_tile(sums, activation_, slope_, task_->at.rows_from(first, images), y);
  }
}

void run(ThreadTeam& team, const PatchesTask& task) {
  const ConvGeometry& geometry = task.geometry;
  team.for_each(task.large.rows, [&](std::int64_t i, int) {
    const std::int64_t rows = geometry.positions();
    take_patches(geometry, task.large.rows_from(i, 1), task.patches.rows_from(i * rows, rows).data);
  });
}

void run(ThreadTeam& team, const FoldPatchesTask& task) {
  const ConvGeometry& g = task.conv.geometry;
  const ConvEpilogue epilogue(task.conv, task.activation, task.slope, false);
  std::vector<std::vector<float>> tiles(static_cast<std::size_t>(team.size()));
  for (auto& tile : tiles) tile.resize(static_cast<std::size_t>(g.large_size()));
  team.for_each(task.conv.y.rows, [&](std::int64_t i, int member) {
    float* sums = tiles[static_cast<std::size_t>(member)].data();
    add_patches(g, task.patches.data + i * g.positions() * g.patch_size(), 1, sums);
    epilogue.finish(sums, i, 1);
  });
}

}  // namespace vgan::cpu
