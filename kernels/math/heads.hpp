// What the outputs of a network that makes rows of a table become: numbers, choices, flags.
//
// A choice among k categories is drawn by the Gumbel-max trick (E. J. Gumbel, "Statistical theory
// of extreme values", 1954; C. J. Maddison et al., arXiv:1611.00712): the largest of logit_j + g_j,
// with g_j = -log(-log u_j), is j with probability softmax(logits)_j. For a gradient it is taken as
// softmax((logits + g) / temperature), "straight through" (E. Jang et al., arXiv:1611.01144).
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/math/bce.hpp"
#include "kernels/math/elementary.hpp"
#include "kernels/math/gaussian.hpp"
#include "kernels/math/host_device.hpp"
#include "kernels/math/philox.hpp"
#include "kernels/math/uniform.hpp"

namespace vgan::math {

enum class HeadKind : std::uint8_t {
  number,  ///< one output, which is the number
  choice,  ///< logits, of which one is chosen: it becomes 1, the others 0
  flag,    ///< one logit, which becomes 1 with probability sigmoid(logit), else 0
};

/// Outputs [first, first + size) of a row are one head. Heads lie in order, without gaps.
struct Head {
  std::int32_t first = 0;
  std::int32_t size = 1;
  HeadKind kind = HeadKind::number;
  /// The output of a flag that says that this number is missing, or none. A missing number is 0,
  /// has no likelihood and no gradient.
  std::int32_t missing = -1;

  bool operator==(const Head&) const = default;
};

/// A number's variance is not taken to be less: that is a deviation of a hundredth of a
/// standardised number's.
inline constexpr float least_variance = 1e-4f;
/// Normal deviates lie so many numbers behind the uniforms of the same outputs, for both are made
/// of the same words.
inline constexpr std::uint64_t normal_numbers = std::uint64_t{1} << 61;

/// A Gumbel deviate from u in (0, 1]; from -3.2 to 22.9.
VGAN_HOST_DEVICE inline float gumbel(float u) {
  const float exponential = -log(u);
  return -log(exponential > 0x1p-33f ? exponential : 0x1p-33f);
}

/// A logistic deviate from u in (0, 1], the difference of two Gumbel deviates; from -22.9 to 17.4.
VGAN_HOST_DEVICE inline float logistic(float u) {
  const float rest = 1.0f - u;
  return log(u) - log(rest > 0x1p-25f ? rest : 0x1p-25f);
}

/// The random numbers of one row, by the number that its first output has in the stream. Four lie
/// in a block of words, which is kept for the next.
class HeadDraws {
 public:
  VGAN_HOST_DEVICE HeadDraws(std::uint64_t seed, std::uint64_t subsequence, std::uint64_t first)
      : seed_(seed), subsequence_(subsequence), first_(first) {}

  VGAN_HOST_DEVICE float uniform(std::int32_t column) {
    const std::uint64_t number = first_ + static_cast<std::uint64_t>(column);
    return math::uniform(word_of(block_of(number), static_cast<int>(number % 4)));
  }
  /// The normal deviate of an output (math::gaussian).
  VGAN_HOST_DEVICE float normal(std::int32_t column) {
    const std::uint64_t number = normal_numbers + first_ + static_cast<std::uint64_t>(column);
    const Words4& words = block_of(number);
    const bool high = (number & 2u) != 0;
    const Pair pair = box_muller(high ? words.z : words.x, high ? words.w : words.y);
    return (number & 1u) != 0 ? pair.second : pair.first;
  }

 private:
  VGAN_HOST_DEVICE const Words4& block_of(std::uint64_t number) {
    if (number / 4 != block_) {
      block_ = number / 4;
      words_ = philox_block(seed_, subsequence_, block_);
    }
    return words_;
  }

  std::uint64_t seed_, subsequence_, first_;
  std::uint64_t block_ = ~std::uint64_t{0};
  Words4 words_{};
};

/// How a row's heads are drawn.
struct HeadOptions {
  bool noisy = true;  ///< else numbers are as they are, and the most probable category is chosen
  float temperature = 1.0f;
  bool keeps_soft = false;  ///< whether `soft` is written
};

/// Whether a flag is raised: whether its logit with its noise is above 0.
VGAN_HOST_DEVICE inline float raised_flag(float logit, std::int32_t column, bool noisy,
                                          HeadDraws& draws) {
  return logit + (noisy ? logistic(draws.uniform(column)) : 0.0f);
}

/// One head of one row. `logit(j)` reads output j; `out(j, value)` takes what it becomes; `soft(j)`
/// is a place for what the gradient needs: the soft value of a choice or a flag, of a number
/// whether it is there. `deviation(j)` is that of the noise on number j. A logit that is not finite
/// leaves NaN in the output.
template <class Logit, class Deviation, class Out, class Soft>
VGAN_HOST_DEVICE inline void apply_head(const Head& head, const HeadOptions& options,
                                        HeadDraws& draws, Logit logit, Deviation deviation, Out out,
                                        Soft soft) {
  const std::int32_t first = head.first;
  const std::int32_t end = head.first + head.size;
  if (head.kind == HeadKind::number) {
    const bool there = head.missing < 0 || !(raised_flag(logit(head.missing), head.missing,
                                                         options.noisy, draws) > 0.0f);
    if (options.keeps_soft) soft(first) = there ? 1.0f : 0.0f;
    if (!there) {
      out(first, logit(first) - logit(first));
      return;
    }
    const float width = options.noisy ? deviation(first) : 0.0f;
    out(first, width > 0.0f ? logit(first) + width * draws.normal(first) : logit(first));
    return;
  }
  if (head.kind == HeadKind::flag) {
    const float raised = raised_flag(logit(first), first, options.noisy, draws);
    if (options.keeps_soft) soft(first) = sigmoid(raised / options.temperature);
    out(first, (raised > 0.0f ? 1.0f : 0.0f) + (raised - raised));
    return;
  }
  std::int32_t chosen = first;
  float most = 0.0f;
  for (std::int32_t j = first; j < end; ++j) {
    const float raised = logit(j) + (options.noisy ? gumbel(draws.uniform(j)) : 0.0f);
    if (options.keeps_soft) soft(j) = raised;
    if (j == first || !(raised <= most)) {
      most = raised;
      chosen = j;
      if (raised != raised) break;
    }
  }
  for (std::int32_t j = first; j < end; ++j) {
    out(j, j == chosen ? 1.0f + (most - most) : 0.0f);
  }
  if (!options.keeps_soft) return;
  float sum = 0.0f;
  for (std::int32_t j = first; j < end; ++j) {
    const float share = exp((soft(j) - most) / options.temperature);
    soft(j) = share;
    sum += share;
  }
  for (std::int32_t j = first; j < end; ++j) soft(j) /= sum;
}

/// From the gradient in a head's outputs to that in its logits, straight through; `gradient(j)` is
/// read and written, `soft(j)` is what apply_head left.
template <class Soft, class Load, class Store>
VGAN_HOST_DEVICE inline void head_backward(const Head& head, float temperature, Soft soft,
                                           Load gradient, Store store) {
  const std::int32_t first = head.first;
  const std::int32_t end = head.first + head.size;
  if (head.kind == HeadKind::number) {
    store(first, gradient(first) * soft(first));
    return;
  }
  if (head.kind == HeadKind::flag) {
    const float p = soft(first);
    store(first, gradient(first) * p * (1.0f - p) / temperature);
    return;
  }
  float mean = 0.0f;
  for (std::int32_t j = first; j < end; ++j) mean += soft(j) * gradient(j);
  for (std::int32_t j = first; j < end; ++j) {
    store(j, soft(j) * (gradient(j) - mean) / temperature);
  }
}

/// What a head adds to a row's loss: nats, and the squared error of its means.
struct HeadLoss {
  float loss = 0.0f;
  float squared = 0.0f;
  bool counts = true;  ///< false for a number that is missing
};

/// -log p(x | y) of one head of one row, and its gradient in y: of a number that of
/// N(y, variance), without log(2 pi) / 2; of a choice -log softmax(y)_x, x being 1 there and else
/// 0; of a flag the binary cross-entropy.
template <class Output, class Target, class Gradient>
VGAN_HOST_DEVICE inline HeadLoss head_loss(const Head& head, float variance, Output y, Target x,
                                           Gradient gradient) {
  const std::int32_t first = head.first;
  const std::int32_t end = head.first + head.size;
  if (head.kind == HeadKind::number && head.missing >= 0 && x(head.missing) > 0.5f) {
    gradient(first, 0.0f);
    return {0.0f, 0.0f, false};
  }
  if (head.kind == HeadKind::number) {
    const float error = y(first) - x(first);
    gradient(first, error / variance);
    return {0.5f * (error * error / variance + log(variance)), error * error};
  }
  if (head.kind == HeadKind::flag) {
    const LossAndGradient one = bce_with_logits(y(first), x(first));
    gradient(first, one.gradient);
    return {one.loss, one.gradient * one.gradient};
  }
  float most = y(first);
  for (std::int32_t j = first + 1; j < end; ++j) most = y(j) > most ? y(j) : most;
  float sum = 0.0f, right = 0.0f;
  for (std::int32_t j = first; j < end; ++j) {
    sum += exp(y(j) - most);
    right += x(j) * (y(j) - most);
  }
  HeadLoss made{log(sum) - right, 0.0f};
  for (std::int32_t j = first; j < end; ++j) {
    const float error = exp(y(j) - most) / sum - x(j);
    gradient(j, error);
    made.squared += error * error;
  }
  return made;
}

}  // namespace vgan::math
