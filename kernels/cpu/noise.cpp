#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/math/gaussian.hpp"
#include "kernels/math/uniform.hpp"

namespace vgan::cpu {
namespace {

constexpr std::int64_t piece = 1024;

// Numbers [4 * block, 4 * (block + blocks)) of the stream.
void normal_blocks(std::uint64_t seed, std::uint64_t subsequence, std::uint64_t block,
                   std::int64_t blocks, float* __restrict out) {
  for (std::int64_t i = 0; i < blocks; ++i) {
    const math::Words4 words =
        math::philox_block(seed, subsequence, block + static_cast<std::uint64_t>(i));
    const math::Pair a = math::box_muller(words.x, words.y);
    const math::Pair b = math::box_muller(words.z, words.w);
    out[4 * i] = a.first;
    out[4 * i + 1] = a.second;
    out[4 * i + 2] = b.first;
    out[4 * i + 3] = b.second;
  }
}

// Up to `piece` numbers of a stream, from `number` on.
class NormalPiece {
 public:
  const float* draw(std::uint64_t seed, std::uint64_t subsequence, std::uint64_t number,
                    std::int64_t count) {
    const auto lane = static_cast<std::int64_t>(number % 4);
    VGAN_WIDEST(normal_blocks)(seed, subsequence, number / 4, (lane + count + 3) / 4, numbers_);
    return numbers_ + lane;
  }

 private:
  float numbers_[piece + 8];
};

// Calls `body(numbers, first, count)` over the elements of a rows x cols matrix, piece by piece;
// `numbers[0]` is the stream's number for element `first`.
template <class Body>
void for_each_normal_piece(ThreadTeam& team, const RandomStream& stream, std::int64_t size,
                           Body body) {
  const std::int64_t pieces = (size + piece - 1) / piece;
  const std::uint64_t subsequence = stream.subsequence();
  team.for_each(pieces, [&](std::int64_t item, int) {
    NormalPiece numbers;
    const std::int64_t first = item * piece;
    const std::int64_t count = std::min(piece, size - first);
    const std::uint64_t number = stream.first + static_cast<std::uint64_t>(first);
    body(numbers.draw(stream.seed, subsequence, number, count), first, count);
  });
}

// Calls `body(element, row, col)`, element counting from 0 to count.
template <class Body>
void walk(std::int64_t first, std::int64_t count, std::int64_t cols, Body body) {
  std::int64_t row = first / cols;
  std::int64_t col = first % cols;
  for (std::int64_t i = 0; i < count; ++i) {
    body(i, row, col);
    if (++col == cols) col = 0, ++row;
  }
}

template <class In, class Out>
void interpolate_row(const In* a, const In* b, std::int64_t count, float share, Out* to) {
  for (std::int64_t i = 0; i < count; ++i) {
    to[i] =
        math::from_float<Out>(math::interpolate(share, math::to_float(a[i]), math::to_float(b[i])));
  }
}

}  // namespace

void run(ThreadTeam& team, const NormalTask& task) {
  const MatrixRef out = task.out;
  with_float_type(out.type, [&](auto type) {
    using T = decltype(type);
    const auto to = out.as<T>();
    for_each_normal_piece(team, task.stream, out.size(),
                          [&](const float* numbers, std::int64_t first, std::int64_t n) {
                            walk(first, n, out.cols,
                                 [&](std::int64_t i, std::int64_t row, std::int64_t col) {
                                   to.row(row)[col] = math::from_float<T>(numbers[i]);
                                 });
                          });
  });
}

void run(ThreadTeam& team, const NormalMixtureTask& task) {
  const RandomStream& stream = task.stream;
  const math::LatentMixture& mixture = task.mixture;
  const MatrixRef out = task.out;
  const auto cols = static_cast<std::uint64_t>(out.cols);
  const std::uint64_t first_row = stream.first / cols;
  const std::uint64_t subsequence = stream.subsequence();
  with_float_type(out.type, [&](auto type) {
    using T = decltype(type);
    const auto to = out.as<T>();
    for_each_row(team, out.rows, out.cols, [&](std::int64_t i) {
      const std::uint64_t row = first_row + static_cast<std::uint64_t>(i);
      const std::uint64_t component =
          math::mixture_component(stream.seed, subsequence, row, mixture.components);
      for (std::int64_t first = 0; first < out.cols; first += piece) {
        const std::int64_t count = std::min(piece, out.cols - first);
        const auto at = static_cast<std::uint64_t>(first);
        NormalPiece noise, centre;
        const float* n = noise.draw(stream.seed, subsequence, row * cols + at, count);
        const float* m =
            centre.draw(mixture.seed, math::centre_stream(), component * cols + at, count);
        for (std::int64_t j = 0; j < count; ++j) {
          to.row(i)[first + j] = math::from_float<T>(math::mixture_latent(mixture, n[j], m[j]));
        }
      }
    });
  });
}

void run(ThreadTeam& team, const AddNormalTask& task) {
  const float sigma = *task.sigma;
  const MatrixRef out = task.out;
  with_float_type(out.type, [&](auto type) {
    using T = decltype(type);
    const auto from = task.in.as<T>();
    const auto to = out.as<T>();
    for_each_normal_piece(
        team, task.stream, out.size(),
        [&](const float* numbers, std::int64_t first, std::int64_t n) {
          walk(first, n, out.cols, [&](std::int64_t i, std::int64_t row, std::int64_t col) {
            const float value = math::to_float(from.row(row)[col]);
            to.row(row)[col] = math::from_float<T>(value + sigma * numbers[i]);
          });
        });
  });
}

void run(ThreadTeam& team, const UniformTask& task) {
  const RandomStream& stream = task.stream;
  const MatrixView<float> out = task.out;
  const std::uint64_t subsequence = stream.subsequence();
  for_each_row(team, out.rows, out.cols, [&](std::int64_t row) {
    for (std::int64_t col = 0; col < out.cols; ++col) {
      const std::uint64_t number = stream.first + static_cast<std::uint64_t>(row * out.cols + col);
      const math::Words4 words = math::philox_block(stream.seed, subsequence, number / 4);
      const std::uint32_t word = math::word_of(words, static_cast<int>(number % 4));
      out.row(row)[col] = math::uniform_between(word, -task.bound, task.bound);
    }
  });
}

void run(ThreadTeam& team, const InterpolateTask& task) {
  const RandomStream& stream = task.stream;
  const MatrixRef out = task.out;
  const std::uint64_t subsequence = stream.subsequence();
  with_float_type(task.real.type, [&](auto in_type) {
    with_float_type(out.type, [&](auto out_type) {
      using In = decltype(in_type);
      const auto a = task.real.as<In>();
      const auto b = task.fake.as<In>();
      const auto to = out.as<decltype(out_type)>();
      for_each_row(team, out.rows, out.cols, [&](std::int64_t i) {
        const float share =
            math::uniform(stream.seed, subsequence, stream.first + static_cast<std::uint64_t>(i));
        VGAN_WIDEST(interpolate_row)(a.row(i), b.row(i), out.cols, share, to.row(i));
      });
    });
  });
}

}  // namespace vgan::cpu
