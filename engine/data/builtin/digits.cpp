#include "engine/data/builtin/digits.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/data/builtin/digit_draws.hpp"
#include "engine/data/builtin/digit_ink.hpp"
#include "engine/data/builtin/digit_strokes.hpp"
#include "engine/data/builtin/digit_writer.hpp"

namespace vgan {
namespace {

constexpr std::int64_t deck_size = 100;  // consecutive images that hold every digit equally often
constexpr std::size_t image_bytes =
    static_cast<std::size_t>(digits::digit_side) * digits::digit_side;

// Philox subsequences, far from those that a training run with the same seed draws from.
constexpr std::uint64_t image_streams = std::uint64_t{1} << 62;
constexpr std::uint64_t deck_streams = std::uint64_t{1} << 63;

// The deck's labels, every digit equally often, shuffled (R. Durstenfeld, CACM 7(7), 1964).
std::array<int, deck_size> shuffled_deck(std::uint64_t seed, std::uint64_t deck) {
  std::array<int, deck_size> labels{};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    labels[i] = static_cast<int>(i % digits::digit_count);
  }
  digits::Draws draws(seed, deck_streams | deck);
  for (std::size_t i = labels.size() - 1; i > 0; --i) {
    std::swap(labels[i], labels[draws.below(i + 1)]);
  }
  return labels;
}

void draw_deck(std::uint64_t seed, std::int64_t deck, std::span<std::uint8_t> pixels,
               std::span<std::int32_t> labels) {
  const std::array<int, deck_size> order = shuffled_deck(seed, static_cast<std::uint64_t>(deck));
  const std::size_t first = static_cast<std::size_t>(deck * deck_size);
  const std::size_t last = std::min(first + order.size(), labels.size());
  for (std::size_t i = first; i < last; ++i) {
    labels[i] = order[i - first];
    digits::write_digit(labels[i], digits::Draws(seed, image_streams | i),
                        pixels.subspan(i * image_bytes, image_bytes));
  }
}

// Calls work(deck) once for each deck, on up to `threads` threads of which this is one.
template <typename Work>
void for_each_deck(std::int64_t decks, std::int64_t threads, const Work& work) {
  std::atomic<std::int64_t> next{0};
  const auto run = [&] {
    for (std::int64_t deck = next++; deck < decks; deck = next++) work(deck);
  };
  std::vector<std::jthread> helpers;
  try {
    for (std::int64_t i = 1; i < std::min(threads, decks); ++i) helpers.emplace_back(run);
  } catch (const std::system_error&) {
    // The system grants no more threads: those that run share all the decks.
  }
  run();
}

void require_not_negative(const char* name, std::int64_t value) {
  if (value >= 0) return;
  throw Error(ErrorCode::bad_config, {.what = "cannot draw the built-in digits",
                                      .where = name,
                                      .found = std::to_string(value),
                                      .allowed = "0 or more",
                                      .remedy = {}});
}

}  // namespace

Trials make_digits(std::uint64_t seed, std::int64_t count, int threads) {
  require_not_negative("count", count);
  require_not_negative("threads", threads);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count) * image_bytes);
  std::vector<std::int32_t> labels(static_cast<std::size_t>(count));
  const std::int64_t decks = (count + deck_size - 1) / deck_size;
  const std::int64_t hardware = std::thread::hardware_concurrency();
  for_each_deck(decks, threads > 0 ? threads : hardware,
                [&](std::int64_t deck) { draw_deck(seed, deck, pixels, labels); });
  return {.count = count,
          .shape = {digits::digit_side, digits::digit_side},
          .values = std::move(pixels),
          .low = 0.0F,
          .high = 255.0F,
          .labels = std::move(labels),
          .source = "built-in digits"};
}

}  // namespace vgan
