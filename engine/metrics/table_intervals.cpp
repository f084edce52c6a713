#include "engine/metrics/table_intervals.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "engine/base/check.hpp"
#include "engine/metrics/auc_interval.hpp"
#include "engine/metrics/column_shape.hpp"
#include "engine/metrics/grouped_counts.hpp"
#include "engine/metrics/pair_trend.hpp"
#include "engine/metrics/two_sample.hpp"

namespace vgan {
namespace {

using Counts = std::vector<std::int32_t>;

// Groups of rows that are drawn together: counts of all cells are kept for each.
constexpr std::int64_t most_groups = 200;
// Places at which distribution functions are compared in resamples.
constexpr std::size_t most_places = 255;

// How often each group of two sides is drawn in each resample, found once for all columns.
struct SideDraws {
  SideDraws(std::int64_t rows, const BootstrapOptions& options, std::uint64_t side)
      : draws(rows, options.seed, side, most_groups) {
    for (std::int64_t which = 0; which < options.resamples; ++which) {
      counts.push_back(draws.counts(which));
    }
  }
  Resampling draws;
  std::vector<Counts> counts;  ///< [resamples][groups]
};

using Compare = std::function<double(const std::vector<double>&, const std::vector<double>&)>;

// Adds how alike the shares of cells are in each resample to `figures`.
void add_figures(const SideDraws& one, const std::vector<std::uint32_t>& cells_one,
                 const SideDraws& two, const std::vector<std::uint32_t>& cells_two,
                 std::size_t cells, const Compare& compare, std::vector<double>& figures) {
  GroupedCounts counts_one(one.draws, cells), counts_two(two.draws, cells);
  for (std::size_t row = 0; row < cells_one.size(); ++row) {
    counts_one.add(static_cast<std::int64_t>(row), cells_one[row]);
  }
  for (std::size_t row = 0; row < cells_two.size(); ++row) {
    counts_two.add(static_cast<std::int64_t>(row), cells_two[row]);
  }
  for (std::size_t which = 0; which < figures.size(); ++which) {
    figures[which] +=
        compare(counts_one.shares(one.counts[which]), counts_two.shares(two.counts[which]));
  }
}

// The greatest difference of the sums of shares up to each cell.
double greatest_difference(const std::vector<double>& one, const std::vector<double>& two) {
  double below = 0.0, greatest = 0.0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    below += one[i] - two[i];
    greatest = std::max(greatest, std::fabs(below));
  }
  return greatest;
}

// Values below which some of both sides lie, evenly spread over their ranks, ascending.
std::vector<double> places_of(const MeasuredColumn& one, const MeasuredColumn& two) {
  std::vector<double> all;
  for (const MeasuredColumn* column : {&one, &two}) {
    for (const double value : column->values) {
      if (!std::isnan(value)) all.push_back(value);
    }
  }
  std::sort(all.begin(), all.end());
  std::vector<double> made;
  const std::size_t places = std::min(all.size(), most_places);
  for (std::size_t i = 0; i < places; ++i) made.push_back(all[i * all.size() / places]);
  made.erase(std::unique(made.begin(), made.end()), made.end());
  return made;
}

// Cell 0 is that of missing values, as column_shape has them below all others.
std::vector<std::uint32_t> cells_of(const MeasuredColumn& column,
                                    const std::vector<double>& places) {
  std::vector<std::uint32_t> made;
  made.reserve(column.values.size());
  for (const double value : column.values) {
    if (std::isnan(value)) {
      made.push_back(0);
    } else if (column.words) {
      made.push_back(static_cast<std::uint32_t>(value) + 1);
    } else {
      const auto place = std::lower_bound(places.begin(), places.end(), value) - places.begin();
      made.push_back(static_cast<std::uint32_t>(place) + 1);
    }
  }
  return made;
}

std::size_t count_of(const std::vector<std::uint32_t>& one, const std::vector<std::uint32_t>& two) {
  return std::max(*std::max_element(one.begin(), one.end()),
                  *std::max_element(two.begin(), two.end())) +
         std::size_t{1};
}

Estimate centred_mean(double value, std::vector<double> sums, std::size_t parts,
                      const BootstrapOptions& options) {
  for (double& sum : sums) sum /= static_cast<double>(std::max<std::size_t>(parts, 1));
  return centred_interval(value, std::move(sums), options.inside, 0.0, 1.0);
}

std::vector<std::vector<std::uint8_t>> cells_of(const std::vector<ColumnCells>& columns,
                                                const MeasuredRows& rows) {
  std::vector<std::vector<std::uint8_t>> made;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    made.push_back(columns[i].cells_of(rows.columns[i]));
  }
  return made;
}

constexpr std::size_t side = ColumnCells::most_cells + 1;

std::vector<std::uint32_t> pair_cells(const std::vector<std::uint8_t>& one,
                                      const std::vector<std::uint8_t>& two) {
  std::vector<std::uint32_t> made;
  made.reserve(one.size());
  for (std::size_t row = 0; row < one.size(); ++row) {
    made.push_back(static_cast<std::uint32_t>(one[row] * side + two[row]));
  }
  return made;
}

double alike(const std::vector<double>& one, const std::vector<double>& two) {
  return 1.0 - total_variation(one, two);
}

// Sums over a group of rows of what R2 is made of; values are taken from their mean.
struct ErrorSums {
  double rows = 0.0, values = 0.0, squares = 0.0, errors = 0.0;
};

Estimate r_squared_estimate(const OutcomePredictions& found, const BootstrapOptions& options) {
  double mean = 0.0;
  for (const double value : found.values) mean += value / static_cast<double>(found.values.size());
  const Resampling draws(std::ssize(found.values), options.seed);
  std::vector<ErrorSums> groups(static_cast<std::size_t>(draws.groups()));
  for (std::size_t row = 0; row < found.values.size(); ++row) {
    ErrorSums& sums = groups[static_cast<std::size_t>(draws.group_of()[row])];
    const double off = found.values[row] - mean, error = found.values[row] - found.scores[row];
    sums.rows += 1.0;
    sums.values += off;
    sums.squares += off * off;
    sums.errors += error * error;
  }
  const auto figure = [&](const Counts& counts) {
    ErrorSums all;
    for (std::size_t group = 0; group < groups.size(); ++group) {
      all.rows += counts[group] * groups[group].rows;
      all.values += counts[group] * groups[group].values;
      all.squares += counts[group] * groups[group].squares;
      all.errors += counts[group] * groups[group].errors;
    }
    const double spread = all.squares - all.values * all.values / all.rows;
    return spread > 0.0 ? 1.0 - all.errors / spread : 0.0;
  };
  std::vector<double> figures;
  for (std::int64_t which = 0; which < options.resamples; ++which) {
    figures.push_back(figure(draws.counts(which)));
  }
  return percentile_interval(figure(Counts(groups.size(), 1)), std::move(figures), options.inside);
}

}  // namespace

Estimate column_shape_estimate(const MeasuredRows& real, const MeasuredRows& generated,
                               const BootstrapOptions& options) {
  const double value = column_shape(real, generated);
  const SideDraws one(real.rows, options, 0), two(generated.rows, options, 1);
  std::vector<double> figures(static_cast<std::size_t>(options.resamples), 0.0);
  for (std::size_t i = 0; i < real.columns.size(); ++i) {
    const bool words = real.columns[i].words;
    const std::vector<double> places =
        words ? std::vector<double>() : places_of(real.columns[i], generated.columns[i]);
    const auto cells_one = cells_of(real.columns[i], places);
    const auto cells_two = cells_of(generated.columns[i], places);
    const Compare compare = [&](const auto& shares, const auto& others) {
      return words ? alike(shares, others) : 1.0 - greatest_difference(shares, others);
    };
    add_figures(one, cells_one, two, cells_two, count_of(cells_one, cells_two), compare, figures);
  }
  return centred_mean(value, std::move(figures), real.columns.size(), options);
}

Estimate pair_trend_estimate(const MeasuredRows& reference, const MeasuredRows& rows,
                             const BootstrapOptions& options) {
  const double value = pair_trend(reference, rows, options.seed);
  const SideDraws one(reference.rows, options, 0), two(rows.rows, options, 1);
  const std::vector<ColumnCells> columns(reference.columns.begin(), reference.columns.end());
  const auto cells_one = cells_of(columns, reference), cells_two = cells_of(columns, rows);
  const auto pairs = drawn_pairs(columns.size(), options.seed);
  if (pairs.empty()) return {value};
  std::vector<double> figures(static_cast<std::size_t>(options.resamples), 0.0);
  for (const auto& [i, j] : pairs) {
    add_figures(one, pair_cells(cells_one[i], cells_one[j]), two,
                pair_cells(cells_two[i], cells_two[j]), side * side, alike, figures);
  }
  return centred_mean(value, std::move(figures), pairs.size(), options);
}

std::optional<Estimate> two_sample_estimate(const MeasuredRows& real, const MeasuredRows& generated,
                                            std::uint64_t seed, const BootstrapOptions& options) {
  const std::vector<ToldFold> told = two_sample_folds(real, generated, seed);
  if (told.empty()) return std::nullopt;
  const Resampling one(real.rows, options.seed, 0), two(generated.rows, options.seed, 1);
  std::vector<double> figures(static_cast<std::size_t>(options.resamples), 0.0);
  double value = 0.0;
  for (const ToldFold& fold : told) {
    const double part = 1.0 / static_cast<double>(told.size());
    value += part * auc_estimate(fold.two, fold.one).value;
    const SortedRows below(fold.one, fold.rows_one), above(fold.two, fold.rows_two);
    for (std::int64_t which = 0; which < options.resamples; ++which) {
      figures[static_cast<std::size_t>(which)] +=
          part * weighted_auc(above, above.weights(two, two.counts(which)), below,
                              below.weights(one, one.counts(which)));
    }
  }
  return percentile_interval(value, std::move(figures), options.inside);
}

std::optional<Estimate> utility_estimate(const Outcome& outcome, const MeasuredRows& rows,
                                         const MeasuredRows& held_out, std::uint64_t seed,
                                         const BootstrapOptions& options) {
  const auto found = outcome_predictions(outcome, rows, held_out, seed);
  if (!found) return std::nullopt;
  if (outcome.score == OutcomeScore::r2) return r_squared_estimate(*found, options);
  if (outcome.score == OutcomeScore::accuracy) {
    std::vector<double> right;
    for (std::size_t row = 0; row < found->classes.size(); ++row) {
      right.push_back(found->classes[row] == found->predicted[row] ? 1.0 : 0.0);
    }
    return bootstrap_mean(right, options);
  }
  std::vector<double> positive, negative;
  for (std::size_t row = 0; row < found->classes.size(); ++row) {
    (found->classes[row] == 1 ? positive : negative).push_back(found->scores[row]);
  }
  if (positive.empty() || negative.empty()) return Estimate{0.5};
  return auc_estimate(positive, negative, &options);
}

}  // namespace vgan
