#include "kernels/math/augment.hpp"

#include <vector>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/sums.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/cpu/team/pieces.hpp"

namespace vgan::cpu {
namespace {

using math::AugmentDraw;

struct Image {
  int height, width, channels;

  std::int64_t pixels() const { return std::int64_t{height} * width; }
  std::int64_t size() const { return pixels() * channels; }
};

void move_pixels(const AugmentDraw& draw, const Image& image, const float* from, float* to) {
  for (int row = 0; row < image.height; ++row) {
    for (int col = 0; col < image.width; ++col, to += image.channels) {
      const std::int64_t pixel = math::moved_from(draw, image.height, image.width, row, col);
      for (int c = 0; c < image.channels; ++c) {
        to[c] = pixel < 0 ? 0.0F : from[pixel * image.channels + c];
      }
    }
  }
}

void recolour_grey(const AugmentDraw& draw, std::int64_t count, float image_mean, float* x) {
  for (std::int64_t i = 0; i < count; ++i) x[i] = math::recolour(draw, x[i], x[i], image_mean);
}

void recolour_image(const AugmentDraw& draw, const Image& image, float* x) {
  const auto image_mean =
      static_cast<float>(sum(x, image.size()) / static_cast<double>(image.size()));
  if (image.channels == 1) return VGAN_WIDEST(recolour_grey)(draw, image.size(), image_mean, x);
  for (std::int64_t p = 0; p < image.pixels(); ++p, x += image.channels) {
    float total = 0.0F;
    for (int c = 0; c < image.channels; ++c) total += x[c];
    const float pixel_mean = total / static_cast<float>(image.channels);
    for (int c = 0; c < image.channels; ++c) {
      x[c] = math::recolour(draw, x[c], pixel_mean, image_mean);
    }
  }
}

void augment_row(const AugmentTask& task, const Image& image, AugmentDraw draw, std::int64_t row) {
  std::vector<float> before(static_cast<std::size_t>(image.size()));
  std::vector<float> after(before.size());
  for_each_piece(image.size(), [&](std::int64_t first, std::int64_t count) {
    PieceBuffer buffer;
    std::copy_n(load_piece(task.in, row, first, count, buffer), count, before.data() + first);
  });
  if (task.adjoint) draw = math::transposed(draw);
  if (task.colour && !task.adjoint) recolour_image(draw, image, before.data());
  move_pixels(draw, image, before.data(), after.data());
  if (task.colour && task.adjoint) recolour_image(draw, image, after.data());
  for_each_piece(image.size(), [&](std::int64_t first, std::int64_t count) {
    PieceBuffer buffer;
    std::copy_n(after.data() + first, count, buffer);
    store_piece(buffer, row, first, count, task.out);
  });
}

}  // namespace

void run(ThreadTeam& team, const AugmentTask& task) {
  const RandomStream& stream = task.stream;
  const Image image{static_cast<int>(task.height), static_cast<int>(task.width),
                    static_cast<int>(task.channels)};
  const std::uint64_t subsequence = stream.subsequence();
  for_each_row(team, task.in.rows, task.in.cols, [&](std::int64_t row) {
    const AugmentDraw draw = math::augment_draw(stream.seed, subsequence,
                                                stream.first / 8 + static_cast<std::uint64_t>(row),
                                                image.height, image.width);
    augment_row(task, image, math::only(draw, task.colour, task.translation, task.cutout), row);
  });
}

}  // namespace vgan::cpu
