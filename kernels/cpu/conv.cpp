#include "kernels/cpu/conv.hpp"

#include <algorithm>
#include <vector>

#include "kernels/cpu/patches.hpp"
#include "kernels/cpu/products/conv_direct.hpp"
#include "kernels/cpu/products/matmul.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"

namespace vgan::cpu {
namespace {

using math::Activation;

// ---- How a batch is cut ------------------------------------------------------------------------

struct Images {
  std::int64_t first, count;
};

/// `count` images in steps of `step`; the last may be shorter.
struct Batch {
  std::int64_t count, step;

  std::int64_t slices() const { return (count + step - 1) / step; }
  Images at(std::int64_t slice) const {
    return {slice * step, std::min(step, count - slice * step)};
  }
};

std::int64_t whole_part(std::int64_t total, std::int64_t part) { return (total + part - 1) / part; }

// Some 4 million multiply-adds, 100 us: oneDNN's code is as quick from there on, and a batch has
// slices for many threads.
Batch slices_of(const ConvGeometry& g, std::int64_t images) {
  const std::int64_t work = g.positions() * g.patch_size() * g.filters;
  return {images, std::clamp<std::int64_t>(whole_part(1 << 22, work), 1,
                                           std::max<std::int64_t>(1, images))};
}

// Patches of 512 KiB in f32 stay in a second-level cache with the weights' panels.
Batch patch_slices_of(const ConvGeometry& g, std::int64_t images) {
  const std::int64_t numbers = g.positions() * g.patch_size();
  return {images, std::clamp<std::int64_t>((1 << 17) / numbers, 1, slices_of(g, images).step)};
}

// Parts of a weight gradient: at most 16, each of so many positions that its product outweighs
// writing it and adding it up.
Batch gradient_parts_of(const ConvGeometry& g, std::int64_t images, std::int64_t multiple) {
  const std::int64_t step = std::max(whole_part(images, 16), whole_part(512, g.positions()));
  return {images, whole_part(step, multiple) * multiple};
}

// ---- Which code is faster ----------------------------------------------------------------------
//
// Measured on Zen 4 (AVX-512, one thread, GFLOP/s, direct against patches): forward 112-120 against
// 100-107 at 64 and more channels, 80-100 against 55-85 at 1 and 3; towards the large image 110-144
// against 94-103, but 7-21 against 60-70 at 1 and 3 channels, which fill no vector; weight
// gradients 95-105 against 92-102. In bf16 the same, but weight gradients of small images: 126-177
// against 174-187 at widths of 4 to 8, 205 against 187 at 16.
constexpr std::int64_t vector_channels = 16;

bool prefers_direct(ConvPass pass, const ConvGeometry& g, ElementType type) {
  // A position that sees nothing but padding is beyond what oneDNN's code is known to take.
  if (g.pad_h >= g.kernel_h || g.pad_w >= g.kernel_w) return false;
  if (pass == ConvPass::input_gradient) return g.channels >= vector_channels;
  if (pass == ConvPass::weight_gradient) {
    return type == ElementType::f32 || g.channels < vector_channels || g.small_width >= 16;
  }
  return true;
}

void add_row(const float* __restrict from, std::int64_t count, float* __restrict to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
}

/// A slice's code for inner and last slices, or null.
struct Direct {
  DirectConv* inner = nullptr;
  DirectConv* last = nullptr;

  explicit operator bool() const { return inner != nullptr && last != nullptr; }
  DirectConv& of(const Batch& batch, const Images& images) const {
    return images.first + images.count == batch.count ? *last : *inner;
  }
};

}  // namespace

struct Conv::Implementation {
  explicit Implementation(ThreadTeam& the_team)
      : team(the_team),
        direct(team.size()),
        products(team.size()),
        tiles(static_cast<std::size_t>(team.size())),
        patches(static_cast<std::size_t>(team.size())) {}

  Direct find(DirectConvShape shape, const Batch& batch) {
    if (!prefers_direct(shape.pass, shape.geometry, shape.input)) return {};
    shape.images = batch.at(0).count;
    DirectConv* inner = direct.find(shape);
    shape.images = batch.at(batch.slices() - 1).count;
    return {inner, direct.find(shape)};
  }

  static void grow(std::vector<std::vector<float>>& memory, std::int64_t numbers) {
    for (auto& one : memory) {
      if (one.size() < static_cast<std::size_t>(numbers)) {
        one.resize(static_cast<std::size_t>(numbers));
      }
    }
  }
  float* tile(int member) { return tiles[static_cast<std::size_t>(member)].data(); }
  float* patch(int member) { return patches[static_cast<std::size_t>(member)].data(); }

  void run_direct(const ConvTask& task, const Batch& batch, const Direct& made,
                  const ConvEpilogue& epilogue, bool whole);
  void run_patches(const ConvTask& task, const ConvEpilogue& epilogue);
  template <class Body>
  void for_each_slice(const Batch& batch, Body body) {
    team.for_each(batch.slices(),
                  [&](std::int64_t item, int member) { body(batch.at(item), member); });
  }

  float* parts_of(std::int64_t count, std::int64_t size);
  void add_parts(std::int64_t count, bool accumulate, MatrixView<float> dw);
  void weights_by_patches(const ConvGeometry& geometry, ConstMatrixRef large, ConstMatrixRef small,
                          const Batch& parts, const Batch& slices, float* sums);

  ThreadTeam& team;
  DirectConvCache direct;
  MatmulCache products;
  std::vector<std::vector<float>> tiles;    ///< one a member: sums of y
  std::vector<std::vector<float>> patches;  ///< one a member
  std::vector<float> parts;                 ///< of a weight gradient
};

Conv::Conv(ThreadTeam& team) : implementation_(std::make_unique<Implementation>(team)) {}
Conv::~Conv() = default;

// ---- Either way --------------------------------------------------------------------------------

void Conv::run(const ConvTask& task, Activation activation, float slope) {
  if (task.y.size() == 0) return;
  const Batch batch = slices_of(task.geometry, task.x.rows);
  // oneDNN applies bias and leaky ReLU to the sums of a forward pass; the rest goes through a tile.
  const bool whole = !task.transposed && task.at.empty() &&
                     (activation == Activation::identity || activation == Activation::leaky_relu) &&
                     (task.y.type == task.x.type || task.y.type == ElementType::f32);
  DirectConvShape shape;
  shape.pass = task.transposed ? ConvPass::input_gradient : ConvPass::forward;
  shape.geometry = task.geometry;
  shape.w_stride = task.w.stride;
  shape.input = task.x.type;
  shape.output = whole ? task.y.type : ElementType::f32;
  shape.bias = !task.transposed && !task.bias.empty();
  shape.leaky = whole && activation == Activation::leaky_relu;
  shape.slope = shape.leaky ? slope : 0.0F;
  const ConvEpilogue epilogue(task, activation, slope, !task.transposed);
  const Direct made = implementation_->find(shape, batch);
  if (made) return implementation_->run_direct(task, batch, made, epilogue, whole);
  implementation_->run_patches(task, epilogue);
}

void Conv::Implementation::run_direct(const ConvTask& task, const Batch& batch, const Direct& made,
                                      const ConvEpilogue& epilogue, bool whole) {
  const bool in_place = whole || epilogue.done();
  if (!in_place) grow(tiles, batch.step * task.y.cols);
  DirectConv* both[] = {made.inner, made.last};
  team.for_each(made.inner == made.last ? 1 : 2,
                [&](std::int64_t item, int) { both[item]->bring_weights(task.w.data); });
  const float* bias = task.transposed || task.bias.empty() ? nullptr : task.bias.data;
  for_each_slice(batch, [&](const Images& images, int member) {
    const void* from = task.x.rows_from(images.first, images.count).data;
    void* to = in_place ? task.y.rows_from(images.first, images.count).data : tile(member);
    made.of(batch, images).run(member, from, bias, to);
    if (!in_place) epilogue.finish(tile(member), images.first, images.count);
  });
}

void Conv::Implementation::run_patches(const ConvTask& task, const ConvEpilogue& epilogue) {
  const ConvGeometry& g = task.geometry;
  const Batch batch = patch_slices_of(g, task.x.rows);
  const auto shape_of = [&](const Images& images) {
    MatmulShape shape;
    shape.m = images.count * g.positions();
    shape.n = task.transposed ? g.patch_size() : g.filters;
    shape.k = task.transposed ? g.filters : g.patch_size();
    shape.a_stride = shape.k, shape.b_stride = task.w.stride, shape.c_stride = shape.n;
    shape.b_transposed = task.transposed;
    shape.input = task.x.type;
    shape.bias = !task.transposed && !task.bias.empty();
    return shape;
  };
  Matmul& inner = products.get(shape_of(batch.at(0)));
  Matmul& last = products.get(shape_of(batch.at(batch.slices() - 1)));
  grow(tiles, batch.step * task.y.cols);
  grow(patches, batch.step * g.positions() * g.patch_size());
  const float* bias = task.transposed || task.bias.empty() ? nullptr : task.bias.data;
  for_each_slice(batch, [&](const Images& images, int member) {
    const ConstMatrixRef x = task.x.rows_from(images.first, images.count);
    Matmul& product = images.count == batch.step ? inner : last;
    if (task.transposed) {
      product.execute(member, x.data, task.w.data, nullptr, patch(member));
      add_patches(g, patch(member), images.count, tile(member));
    } else {
      take_patches(g, x, patch(member));
      product.execute(member, patch(member), task.w.data, bias, tile(member));
    }
    epilogue.finish(tile(member), images.first, images.count);
  });
}

// ---- Weight gradients --------------------------------------------------------------------------

void Conv::backward_weights(const ConvGeometry& geometry, ConstMatrixRef large,
                            ConstMatrixRef small, bool accumulate, MatrixView<float> dw) {
  Implementation& own = *implementation_;
  if (large.rows == 0) return own.add_parts(0, accumulate, dw);
  DirectConvShape shape;
  shape.pass = ConvPass::weight_gradient;
  shape.geometry = geometry;
  shape.w_stride = geometry.filters;
  shape.input = large.type;
  const std::int64_t size = geometry.patch_size() * geometry.filters;
  Batch batch = gradient_parts_of(geometry, large.rows, 1);
  const Direct made = own.find(shape, batch);
  if (made) {
    float* sums = own.parts_of(batch.slices(), size);
    own.for_each_slice(batch, [&](const Images& images, int member) {
      made.of(batch, images)
          .weight_gradient(member, large.rows_from(images.first, images.count).data,
                           small.rows_from(images.first, images.count).data,
                           sums + images.first / batch.step * size);
    });
  } else {
    const Batch slices = patch_slices_of(geometry, large.rows);
    batch = gradient_parts_of(geometry, large.rows, slices.step);
    float* sums = own.parts_of(batch.slices(), size);
    own.weights_by_patches(geometry, large, small, batch, slices, sums);
  }
  own.add_parts(batch.slices(), accumulate, dw);
}

void Conv::Implementation::weights_by_patches(const ConvGeometry& g, ConstMatrixRef large,
                                              ConstMatrixRef small, const Batch& parts,
                                              const Batch& slices, float* sums) {
  const auto product = [&](const Images& images, bool accumulate) {
    MatmulShape shape;
    shape.m = g.patch_size(), shape.n = g.filters, shape.k = images.count * g.positions();
    shape.a_stride = g.patch_size(), shape.b_stride = g.filters, shape.c_stride = g.filters;
    shape.a_transposed = true;
    shape.input = large.type;
    shape.accumulate = accumulate;
    return &products.get(shape);
  };
  const Images ends[] = {slices.at(0), slices.at(slices.slices() - 1)};
  Matmul* made[2][2];  // inner and last; the first of a part, and those added to it
  for (int last : {0, 1}) {
    for (int added : {0, 1}) made[last][added] = product(ends[last], added == 1);
  }
  grow(patches, slices.step * g.positions() * g.patch_size());
  for_each_slice(parts, [&](const Images& part, int member) {
    float* sum = sums + part.first / parts.step * g.patch_size() * g.filters;
    for (std::int64_t at = 0; at < part.count; at += slices.step) {
      const std::int64_t count = std::min(slices.step, part.count - at);
      take_patches(g, large.rows_from(part.first + at, count), patch(member));
      Matmul& one = *made[count == slices.step ? 0 : 1][at == 0 ? 0 : 1];
      one.execute(member, patch(member), small.rows_from(part.first + at, count).data, nullptr,
                  sum);
    }
  });
}

float* Conv::Implementation::parts_of(std::int64_t count, std::int64_t size) {
  const auto numbers = static_cast<std::size_t>(count * size);
  if (parts.size() < numbers) parts.resize(numbers);
  return parts.data();
}

void Conv::Implementation::add_parts(std::int64_t count, bool accumulate, MatrixView<float> dw) {
  for_each_row(team, dw.rows, dw.cols, [&](std::int64_t i) {
    float* to = dw.row(i);
    if (!accumulate) std::fill_n(to, dw.cols, 0.0F);
    for (std::int64_t part = 0; part < count; ++part) {
      VGAN_WIDEST(add_row)(parts.data() + (part * dw.rows + i) * dw.cols, dw.cols, to);
    }
  });
}

}  // namespace vgan::cpu
