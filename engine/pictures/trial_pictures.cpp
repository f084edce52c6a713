#include "engine/pictures/trial_pictures.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "engine/data/table_trials.hpp"
#include "engine/encode/scaling.hpp"
#include "engine/pictures/curve_sheet.hpp"
#include "engine/pictures/pairs.hpp"

namespace vgan {
namespace {

// The labels that occur, each once, as long as there are no more than `most`; else none.
std::vector<std::int32_t> few_labels(const Trials& trials, std::int64_t most) {
  const std::set<std::int32_t> labels(trials.labels.begin(), trials.labels.end());
  if (static_cast<std::int64_t>(labels.size()) > most) return {};
  return {labels.begin(), labels.end()};
}

// As many rows of each class as the sheet has room for, where there are enough of each; else the
// first trials.
std::vector<std::int64_t> real_choice(const Trials& trials, const TrialSheet& sheet) {
  std::vector<std::int64_t> chosen;
  const std::vector<std::int32_t> labels = few_labels(trials, sheet.rows);
  const std::size_t each = labels.empty()
                               ? 0
                               : static_cast<std::size_t>(sheet.columns) *
                                     (static_cast<std::size_t>(sheet.rows) / labels.size());
  for (const std::int32_t label : labels) {
    const std::size_t wanted = chosen.size() + each;
    for (std::int64_t i = 0; i < trials.count && chosen.size() < wanted; ++i) {
      if (trials.labels[static_cast<std::size_t>(i)] == label) chosen.push_back(i);
    }
    if (chosen.size() < wanted) break;
  }
  if (!labels.empty() && chosen.size() == each * labels.size()) return chosen;
  chosen.clear();
  for (std::int64_t i = 0; i < std::min(sheet.count(), trials.count); ++i) chosen.push_back(i);
  return chosen;
}

// The trials that real.png shows.
std::vector<double> real_values(const Trials& trials, const TrialSheet& sheet) {
  const auto each = trials.values_per_trial();
  std::vector<double> values;
  std::visit(
      [&](const auto& pixels) {
        for (const std::int64_t image : real_choice(trials, sheet)) {
          const auto first = pixels.begin() + image * each;
          values.insert(values.end(), first, first + each);
        }
      },
      trials.values);
  return values;
}

// Some `most` rows, evenly from first to last.
std::vector<double> some_rows(const Trials& trials, std::int64_t most) {
  const std::int64_t each = trials.values_per_trial();
  const std::int64_t kept = std::min(trials.count, most);
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(kept * each));
  std::visit(
      [&](const auto& pixels) {
        for (std::int64_t i = 0; i < kept; ++i) {
          const auto first = pixels.begin() + i * trials.count / kept * each;
          for (std::int64_t k = 0; k < each; ++k) {
            values.push_back(static_cast<double>(first[k]));
          }
        }
      },
      trials.values);
  return values;
}

// At most so many real rows stand behind a histogram, and at most so many numbers are copied.
constexpr std::int64_t most_real_rows = 20000;
constexpr std::int64_t most_real_numbers = std::int64_t{1} << 22;

// Says whether the columns are drawn as shown_rows has them.
bool shows_table(const Trials& trials) { return trials.schema && !trials.shape.is_pair(); }

// Counts the columns of a picture, and those that it has no room for.
std::int64_t shown_width(const Trials& trials) {
  return shows_table(trials) ? static_cast<std::int64_t>(shown_names(*trials.schema).size())
                             : trials.shape.size();
}

std::vector<std::vector<double>> real_columns(const Trials& trials) {
  const std::int64_t width = trials.values_per_trial();
  const std::int64_t rows = std::clamp<std::int64_t>(most_real_numbers / width, 1, most_real_rows);
  std::vector<double> values = some_rows(trials, rows);
  if (shows_table(trials)) values = shown_rows(*trials.schema, values);
  return columns_of(std::span<const double>(values), shown_width(trials));
}

}  // namespace

std::optional<TrialSheet> sheet_for_data(const Trials& trials) {
  const TrialShape shape = trials.shape;
  std::optional<TrialSheet> sheet = sheet_for(shape);
  if (!sheet) return sheet;
  if (shape.is_pair()) {
    const std::vector<double> pairs = some_rows(trials, most_real_rows);
    const PairAxes axes = pair_axes(pairs, {trials.low, trials.high});
    sheet->axis = axes.y;
    sheet->x_axis = axes.x;
  } else if (shape.is_row()) {
    sheet->real = real_columns(trials);
    if (trials.schema) sheet->names = shown_names(*trials.schema);
  } else if (shape.is_curve()) {
    sheet->axis = curve_range(real_values(trials, *sheet), shape.channels);
  }
  return sheet;
}

std::optional<TrialSheet> panel_for_data(const Trials& trials) {
  const TrialShape shape = trials.shape;
  std::optional<TrialSheet> sheet = sheet_for_data(trials);
  if (!sheet) return sheet;
  sheet->histograms_across = 2;
  if (shape.is_curve()) {
    sheet->columns = 3;
    sheet->rows = 8;
  }
  return sheet;
}

Picture draw_real(const Trials& trials, const TrialSheet& sheet) {
  const TrialShape shape = trials.shape;
  if (shape.is_row()) {
    return draw_columns({}, shown_width(trials), sheet);
  }
  if (!trials.by_values || draws_plots(trials)) {
    return draw_trials(real_values(trials, sheet), shape, trials.low, trials.high, sheet);
  }
  // Grey as the network sees it, and so as samples are drawn: an outlier does not blacken the rest.
  const Scaling scaling = Scaling::fit(trials, {}, {});
  std::vector<double> values = real_values(trials, sheet);
  for (double& value : values) value = static_cast<double>(scaling.encode(value, 0));
  return draw_trials(values, shape, -1.0, 1.0, sheet);
}

bool draws_plots(const Trials& trials) {
  const TrialShape shape = trials.shape;
  return shape.is_curve() || shape.is_row() || shape.is_pair();
}

Picture draw_samples(std::span<const double> samples, const Trials& trials,
                     const TrialSheet& sheet) {
  const TrialShape shape = trials.shape;
  if (trials.is_u8()) return draw_trials(samples, shape, 0.0, 255.0, sheet);
  if (shows_table(trials)) {
    const std::vector<double> rows = shown_rows(*trials.schema, samples);
    const std::int64_t width = shown_width(trials);
    return draw_columns(columns_of(std::span<const double>(rows), width), width, sheet);
  }
  return draw_trials(samples, shape, trials.low, trials.high, sheet);
}

Picture draw_samples(std::span<const float> samples, const Trials& trials,
                     const TrialSheet& sheet) {
  return draw_samples(std::vector<double>(samples.begin(), samples.end()), trials, sheet);
}

Picture draw_samples(std::span<const std::uint8_t> samples, const Trials& trials,
                     const TrialSheet& sheet) {
  if (!draws_plots(trials)) return draw_trials(samples, trials.shape, sheet);
  std::vector<double> values(samples.begin(), samples.end());
  const double step = (trials.high - trials.low) / 255.0;
  for (double& value : values) value = trials.low + value * step;
  return draw_trials(values, trials.shape, trials.low, trials.high, sheet);
}

}  // namespace vgan
