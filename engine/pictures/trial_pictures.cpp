#include "engine/pictures/trial_pictures.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "engine/encode/scaling.hpp"
#include "engine/pictures/curve_sheet.hpp"
#include "engine/pictures/pairs.hpp"

namespace vgan {
namespace {

// The labels that occur, each once, as long as there are no more than `most`; else none.
std::vector<std::int32_t> few_labels(const ImageSet& images, std::int64_t most) {
  const std::set<std::int32_t> labels(images.labels.begin(), images.labels.end());
  if (static_cast<std::int64_t>(labels.size()) > most) return {};
  return {labels.begin(), labels.end()};
}

// As many rows of each class as the sheet has room for, where there are enough of each; else the
// first trials.
std::vector<std::int64_t> real_choice(const ImageSet& images, const TrialSheet& sheet) {
  std::vector<std::int64_t> chosen;
  const std::vector<std::int32_t> labels = few_labels(images, sheet.rows);
  const std::size_t each = labels.empty()
                               ? 0
                               : static_cast<std::size_t>(sheet.columns) *
                                     (static_cast<std::size_t>(sheet.rows) / labels.size());
  for (const std::int32_t label : labels) {
    const std::size_t wanted = chosen.size() + each;
    for (std::int64_t i = 0; i < images.count && chosen.size() < wanted; ++i) {
      if (images.labels[static_cast<std::size_t>(i)] == label) chosen.push_back(i);
    }
    if (chosen.size() < wanted) break;
  }
  if (!labels.empty() && chosen.size() == each * labels.size()) return chosen;
  chosen.clear();
  for (std::int64_t i = 0; i < std::min(sheet.count(), images.count); ++i) chosen.push_back(i);
  return chosen;
}

// The trials that real.png shows.
std::vector<double> real_values(const ImageSet& images, const TrialSheet& sheet) {
  const auto each = images.pixels_per_image();
  std::vector<double> values;
  std::visit(
      [&](const auto& pixels) {
        for (const std::int64_t image : real_choice(images, sheet)) {
          const auto first = pixels.begin() + image * each;
          values.insert(values.end(), first, first + each);
        }
      },
      images.pixels);
  return values;
}

// Some `most` rows, evenly from first to last.
std::vector<double> some_rows(const ImageSet& images, std::int64_t most) {
  const std::int64_t each = images.pixels_per_image();
  const std::int64_t kept = std::min(images.count, most);
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(kept * each));
  std::visit(
      [&](const auto& pixels) {
        for (std::int64_t i = 0; i < kept; ++i) {
          const auto first = pixels.begin() + i * images.count / kept * each;
          for (std::int64_t k = 0; k < each; ++k) {
            values.push_back(static_cast<double>(first[k]));
          }
        }
      },
      images.pixels);
  return values;
}

// At most so many real rows stand behind a histogram, and at most so many numbers are copied.
constexpr std::int64_t most_real_rows = 20000;
constexpr std::int64_t most_real_numbers = std::int64_t{1} << 22;

std::vector<std::vector<double>> real_columns(const ImageSet& images) {
  const std::int64_t width = images.pixels_per_image();
  const std::int64_t rows = std::clamp<std::int64_t>(most_real_numbers / width, 1, most_real_rows);
  const std::vector<double> values = some_rows(images, rows);
  return columns_of(std::span<const double>(values), width);
}

}  // namespace

std::optional<TrialSheet> sheet_for_data(const ImageSet& images) {
  const TrialShape shape = images.shape();
  std::optional<TrialSheet> sheet = sheet_for(shape);
  if (!sheet) return sheet;
  if (shape.is_pair()) {
    const std::vector<double> pairs = some_rows(images, most_real_rows);
    const PairAxes axes = pair_axes(pairs, {images.low, images.high});
    sheet->axis = axes.y;
    sheet->x_axis = axes.x;
  } else if (shape.is_row()) {
    sheet->real = real_columns(images);
  } else if (shape.is_curve()) {
    sheet->axis = curve_range(real_values(images, *sheet), shape.channels);
  }
  return sheet;
}

std::optional<TrialSheet> panel_for_data(const ImageSet& images) {
  const TrialShape shape = images.shape();
  std::optional<TrialSheet> sheet = sheet_for_data(images);
  if (!sheet) return sheet;
  sheet->histograms_across = 2;
  if (shape.is_curve()) {
    sheet->columns = 3;
    sheet->rows = 8;
  }
  return sheet;
}

Picture draw_real(const ImageSet& images, const TrialSheet& sheet) {
  const TrialShape shape = images.shape();
  if (shape.is_row()) {
    return draw_columns(sheet.real, {}, shape.size(), sheet.histograms_across);
  }
  if (!images.by_values || draws_plots(images)) {
    return draw_trials(real_values(images, sheet), shape, images.low, images.high, sheet);
  }
  // Grey as the network sees it, and so as samples are drawn: an outlier does not blacken the rest.
  const Scaling scaling = Scaling::fit(images, {}, {});
  std::vector<double> values = real_values(images, sheet);
  for (double& value : values) value = static_cast<double>(scaling.encode(value, 0));
  return draw_trials(values, shape, -1.0, 1.0, sheet);
}

bool draws_plots(const ImageSet& images) {
  const TrialShape shape = images.shape();
  return shape.is_curve() || shape.is_row() || shape.is_pair();
}

Picture draw_samples(std::span<const double> samples, const ImageSet& images,
                     const TrialSheet& sheet) {
  const TrialShape shape = images.shape();
  if (images.is_u8()) return draw_trials(samples, shape, 0.0, 255.0, sheet);
  return draw_trials(samples, shape, images.low, images.high, sheet);
}

Picture draw_samples(std::span<const float> samples, const ImageSet& images,
                     const TrialSheet& sheet) {
  return draw_samples(std::vector<double>(samples.begin(), samples.end()), images, sheet);
}

Picture draw_samples(std::span<const std::uint8_t> samples, const ImageSet& images,
                     const TrialSheet& sheet) {
  if (!draws_plots(images)) return draw_trials(samples, images.shape(), sheet);
  std::vector<double> values(samples.begin(), samples.end());
  const double step = (images.high - images.low) / 255.0;
  for (double& value : values) value = images.low + value * step;
  return draw_trials(values, images.shape(), images.low, images.high, sheet);
}

}  // namespace vgan
