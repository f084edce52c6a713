#include "engine/pictures/reconstruction_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <variant>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/pictures/curve_sheet.hpp"
#include "engine/pictures/png.hpp"
#include "engine/pictures/trial_sheet.hpp"

namespace vgan {
namespace {

constexpr std::int64_t columns = 10;
constexpr std::int64_t most_pairs = 500;
constexpr std::int64_t largest_side = 20000;  // of a sheet of images, in pixels

std::vector<double> first_trials(const Trials& trials, std::size_t numbers) {
  return std::visit(
      [&](const auto& pixels) {
        return std::vector<double>(pixels.begin(),
                                   pixels.begin() + static_cast<std::ptrdiff_t>(numbers));
      },
      trials.values);
}

}  // namespace

bool has_sheet(const Trials& trials, std::int64_t count) {
  const TrialShape shape = trials.shape;
  const std::optional<TrialSheet> sheet = sheet_for(shape);
  if (!sheet || shape.is_pair() || shape.is_row() || count > most_pairs) return false;
  if (shape.is_curve()) return true;
  const std::int64_t lines = 2 * ((count + columns - 1) / columns);
  const std::int64_t across = std::min(columns, count);
  const int scale = readable_scale(shape, across, lines);
  return across * trials.shape.width * scale <= largest_side &&
         lines * trials.shape.height * scale <= largest_side;
}

void require_sheet(const Trials& trials, std::int64_t count) {
  if (has_sheet(trials, count)) return;
  if (trials.shape.is_row() || trials.shape.is_pair()) {
    refuse_setting("out", "a picture of rows of numbers",
                   "images or curves, which can be looked at one above the other",
                   "write .npy instead");
  }
  refuse_setting("out",
                 "a picture of " + std::to_string(count) + " trials of " +
                     std::to_string(trials.shape.height) + " x " +
                     std::to_string(trials.shape.width),
                 "images or curves, up to " + std::to_string(most_pairs) + " and " +
                     std::to_string(largest_side) + " pixels a side",
                 "lower --count, or write .npy instead");
}

void write_reconstruction_sheet(const FilePlace& place, const Trials& trials,
                                const std::vector<double>& reconstructions) {
  const TrialShape shape = trials.shape;
  const std::int64_t count = static_cast<std::int64_t>(reconstructions.size()) / shape.size();
  const std::vector<double> originals = first_trials(trials, reconstructions.size());
  const std::int64_t across = std::min(columns, count);
  const std::int64_t lines = (count + across - 1) / across;
  // Where the last line has no trial: white, or a plot without a curve.
  const double nothing = shape.is_curve() ? std::nan("") : trials.high;
  std::vector<double> tiles(static_cast<std::size_t>(2 * lines * across * shape.size()), nothing);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t tile = i / across * 2 * across + i % across;
    std::copy_n(originals.begin() + i * shape.size(), shape.size(),
                tiles.begin() + tile * shape.size());
    std::copy_n(reconstructions.begin() + i * shape.size(), shape.size(),
                tiles.begin() + (tile + across) * shape.size());
  }
  TrialSheet sheet = sheet_for(shape).value_or(TrialSheet{});
  sheet.columns = across;
  sheet.scale = 0;
  if (shape.is_curve()) sheet.axis = curve_range(originals, shape.channels);
  std::visit([&](const auto& picture) { write_png(place, picture); },
             draw_trials(tiles, shape, trials.low, trials.high, sheet));
}

Trials some_of(const Trials& trials, std::int64_t count) {
  const std::int64_t kept = std::min(count, trials.count);
  const std::int64_t each = trials.values_per_trial();
  Trials some = trials.outline();
  some.count = kept;
  std::visit(
      [&](const auto& pixels) {
        std::decay_t<decltype(pixels)> chosen;
        for (std::int64_t i = 0; i < kept; ++i) {
          const auto from = pixels.begin() + i * trials.count / kept * each;
          chosen.insert(chosen.end(), from, from + each);
        }
        some.values = std::move(chosen);
      },
      trials.values);
  return some;
}

}  // namespace vgan
