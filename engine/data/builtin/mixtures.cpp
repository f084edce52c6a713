#include "engine/data/builtin/mixtures.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>

#include "engine/base/error.hpp"
#include "kernels/math/gaussian.hpp"
#include "kernels/math/philox.hpp"

namespace vgan {
namespace {

// Philox subsequences, far from those of training with the same seed and of the built-in digits.
constexpr std::uint64_t mixture_stream = std::uint64_t{3} << 61;
constexpr std::uint64_t stack_stream = mixture_stream + 1;

// box_muller never goes beyond 6.77 deviations.
constexpr float most_deviations = 7.0F;

// In [0, bound), bound at most 2^32.
std::size_t below(std::uint32_t word, std::size_t bound) {
  return static_cast<std::size_t>((std::uint64_t{word} * bound) >> 32);
}

void require_digits(const Trials& digits) {
  const auto refuse = [&](const std::string& found, const std::string& allowed) {
    throw Error(ErrorCode::bad_data,
                {"cannot stack digits", digits.source, found, allowed, "name labelled digits"});
  };
  digits.require_consistent();
  if (digits.shape.channels != 1) {
    refuse(std::to_string(digits.shape.channels) + " channels", "images of one channel");
  }
  if (!std::holds_alternative<std::vector<std::uint8_t>>(digits.values)) {
    refuse("floats", "pixels of u8");
  }
  if (digits.labels.empty()) refuse("no labels", "a digit for each image");
  const auto [least, most] = std::minmax_element(digits.labels.begin(), digits.labels.end());
  if (*least < 0 || *most > 9) {
    refuse("labels from " + std::to_string(*least) + " to " + std::to_string(*most), "0 to 9");
  }
}

}  // namespace

Mixture ring8() {
  constexpr float diagonal = 1.41421356F;  // 2 sin 45 degrees
  return {"ring8",
          {{2, 0},
           {diagonal, diagonal},
           {0, 2},
           {-diagonal, diagonal},
           {-2, 0},
           {-diagonal, -diagonal},
           {0, -2},
           {diagonal, -diagonal}},
          0.02F};
}

Mixture grid25() {
  Mixture mixture{"grid25", {}, 0.05F};
  for (int row = -2; row <= 2; ++row) {
    for (int column = -2; column <= 2; ++column) {
      mixture.centres.push_back(
          {2.0F * static_cast<float>(column), 2.0F * static_cast<float>(row)});
    }
  }
  return mixture;
}

Trials make_mixture(const Mixture& mixture, std::uint64_t seed, std::int64_t count) {
  Trials set;
  set.count = count;
  set.shape = {1, 2, 1, TrialKind::row};
  std::vector<float> values;
  values.reserve(2 * static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const math::Words4 words =
        math::philox_block(seed, mixture_stream, static_cast<std::uint64_t>(i));
    const std::size_t mode = below(words.x, mixture.centres.size());
    const math::Pair normal = math::box_muller(words.z, words.w);
    values.push_back(mixture.centres[mode].x + mixture.deviation * normal.first);
    values.push_back(mixture.centres[mode].y + mixture.deviation * normal.second);
    set.labels.push_back(static_cast<std::int32_t>(mode));
  }
  float farthest = 0;
  for (const MixtureCentre& centre : mixture.centres) {
    farthest = std::max({farthest, std::abs(centre.x), std::abs(centre.y)});
  }
  set.high = farthest + most_deviations * mixture.deviation;
  set.low = -set.high;
  set.values = std::move(values);
  set.source = "built-in " + mixture.name;
  return set;
}

Trials stack_digits(const Trials& digits, std::uint64_t seed, std::int64_t count) {
  require_digits(digits);
  const auto& pixels = std::get<std::vector<std::uint8_t>>(digits.values);
  const auto each = static_cast<std::size_t>(digits.values_per_trial());
  Trials set;
  set.count = count;
  set.shape = {digits.shape.height, digits.shape.width, 3};
  std::vector<std::uint8_t> stacked(3 * each * static_cast<std::size_t>(count));
  std::uint8_t* out = stacked.data();
  for (std::int64_t i = 0; i < count; ++i) {
    const math::Words4 words =
        math::philox_block(seed, stack_stream, static_cast<std::uint64_t>(i));
    const auto total = static_cast<std::size_t>(digits.count);
    const std::size_t chosen[3] = {below(words.x, total), below(words.y, total),
                                   below(words.z, total)};
    std::int32_t label = 0;
    const std::uint8_t* channel[3];
    for (int c = 0; c < 3; ++c) {
      label = 10 * label + digits.labels[chosen[c]];
      channel[c] = pixels.data() + chosen[c] * each;
    }
    for (std::size_t pixel = 0; pixel < each; ++pixel) {
      for (const std::uint8_t* values : channel) *out++ = values[pixel];
    }
    set.labels.push_back(label);
  }
  set.values = std::move(stacked);
  set.source =
      "stacked:" + (digits.source == "built-in digits" ? std::string("digits") : digits.source);
  return set;
}

}  // namespace vgan
