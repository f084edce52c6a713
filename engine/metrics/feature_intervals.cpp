#include "engine/metrics/feature_intervals.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "engine/base/check.hpp"
#include "engine/metrics/grouped_counts.hpp"
#include "engine/metrics/sliced_wasserstein.hpp"
#include "engine/stats/eigen_library.hpp"

namespace vgan {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<double> means(const Features& features) {
  std::vector<double> made(static_cast<std::size_t>(features.columns), 0.0);
  for (std::int64_t row = 0; row < features.rows; ++row) {
    for (std::size_t j = 0; j < made.size(); ++j) made[j] += double{features.row(row)[j]};
  }
  for (double& mean : made) mean /= static_cast<double>(features.rows);
  return made;
}

std::vector<double> along(const Features& features, const double* direction) {
  std::vector<double> made;
  made.reserve(static_cast<std::size_t>(features.rows));
  for (std::int64_t row = 0; row < features.rows; ++row) {
    double sum = 0.0;
    for (std::int64_t j = 0; j < features.columns; ++j) {
      sum += double{features.row(row)[j]} * direction[j];
    }
    made.push_back(sum);
  }
  return made;
}

// Groups of rows that are drawn together along a line, and places at which the distribution
// functions of resamples are compared there.
constexpr std::int64_t most_line_groups = 200;
constexpr std::size_t most_places = 255;

GroupedCounts counted(const Resampling& draws, const std::vector<double>& values,
                      const std::vector<double>& places) {
  GroupedCounts made(draws, places.size() + 1);
  for (std::size_t row = 0; row < values.size(); ++row) {
    const auto place = std::lower_bound(places.begin(), places.end(), values[row]);
    made.add(static_cast<std::int64_t>(row), static_cast<std::size_t>(place - places.begin()));
  }
  return made;
}

// Adds the area between the distribution functions of each resample to `figures`.
void add_areas(const Resampling& draws_one, const std::vector<double>& one,
               const Resampling& draws_two, const std::vector<double>& two,
               std::vector<double>& figures) {
  std::vector<double> all = one, places;
  all.insert(all.end(), two.begin(), two.end());
  std::sort(all.begin(), all.end());
  const std::size_t count = std::min(all.size(), most_places);
  for (std::size_t i = 0; i < count; ++i) places.push_back(all[i * (all.size() - 1) / count]);
  places.push_back(all.back());
  const GroupedCounts counts_one = counted(draws_one, one, places);
  const GroupedCounts counts_two = counted(draws_two, two, places);
  for (std::size_t which = 0; which < figures.size(); ++which) {
    const auto resample = static_cast<std::int64_t>(which);
    const std::vector<double> shares = counts_one.shares(draws_one.counts(resample));
    const std::vector<double> others = counts_two.shares(draws_two.counts(resample));
    double below = 0.0;
    for (std::size_t i = 0; i + 1 < places.size(); ++i) {
      below += shares[i] - others[i];
      figures[which] += std::fabs(below) * (places[i + 1] - places[i]);
    }
  }
}

}  // namespace

GaussianDraws::GaussianDraws(const Features& features, std::uint64_t seed, std::uint64_t side)
    : columns_(features.columns), draws_(features.rows, seed, side), middle_(means(features)) {
  require(features.rows >= 2, "a Gaussian", std::to_string(features.rows) + " rows", "2 or more");
  const auto groups = static_cast<std::size_t>(draws_.groups());
  const auto columns = static_cast<std::size_t>(columns_);
  sizes_.assign(groups, 0.0);
  sums_.assign(groups * columns, 0.0);
  products_.assign(groups * columns * columns, 0.0);
  std::vector<std::vector<std::int64_t>> members(groups);
  for (std::int64_t row = 0; row < features.rows; ++row) {
    members[static_cast<std::size_t>(draws_.group_of()[static_cast<std::size_t>(row)])].push_back(
        row);
  }
  constexpr std::size_t at_once = 256;
  RowMatrix off(at_once, columns_);
  for (std::size_t group = 0; group < groups; ++group) {
    sizes_[group] = static_cast<double>(members[group].size());
    Eigen::Map<Eigen::RowVectorXd> sum(sums_.data() + group * columns, columns_);
    Eigen::Map<RowMatrix> products(products_.data() + group * columns * columns, columns_,
                                   columns_);
    for (std::size_t first = 0; first < members[group].size(); first += at_once) {
      const std::size_t count = std::min(at_once, members[group].size() - first);
      for (std::size_t r = 0; r < count; ++r) {
        const float* values = features.row(members[group][first + r]);
        for (std::size_t j = 0; j < columns; ++j) {
          off(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(j)) =
              double{values[j]} - middle_[j];
        }
      }
      const auto rows = off.topRows(static_cast<Eigen::Index>(count));
      sum += rows.colwise().sum();
      products.selfadjointView<Eigen::Lower>().rankUpdate(rows.transpose());
    }
  }
}

Gaussian GaussianDraws::gaussian(std::span<const std::int32_t> counts) const {
  const auto columns = static_cast<std::size_t>(columns_);
  double rows = 0.0;
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(columns_);
  RowMatrix products = RowMatrix::Zero(columns_, columns_);
  for (std::size_t group = 0; group < sizes_.size(); ++group) {
    if (counts[group] == 0) continue;
    const double times = counts[group];
    rows += times * sizes_[group];
    sum += times * Eigen::Map<const Eigen::RowVectorXd>(sums_.data() + group * columns, columns_);
    products += times * Eigen::Map<const RowMatrix>(products_.data() + group * columns * columns,
                                                    columns_, columns_);
  }
  sum /= rows;
  Gaussian made{columns_, std::vector<double>(columns), std::vector<double>(columns * columns)};
  for (std::size_t j = 0; j < columns; ++j) {
    made.mean[j] = middle_[j] + sum[static_cast<Eigen::Index>(j)];
  }
  RowMatrix covariance = products.selfadjointView<Eigen::Lower>();
  covariance -= rows * sum.transpose() * sum;
  Eigen::Map<RowMatrix>(made.covariance.data(), columns_, columns_) = covariance / (rows - 1.0);
  return made;
}

Estimate frechet_estimate(const Features& real, const Features& generated,
                          const BootstrapOptions* options) {
  const double value = frechet_distance(fit_gaussian(real), fit_gaussian(generated));
  if (options == nullptr || real.columns > most_interval_columns) return {value};
  const GaussianDraws one(real, options->seed, 0), two(generated, options->seed, 1);
  auto figures =
      resampled_figures(one.draws(), two.draws(), options->resamples, [&](auto first, auto second) {
        return frechet_distance(one.gaussian(first), two.gaussian(second));
      });
  return centred_interval(value, std::move(figures), options->inside, 0.0, infinity);
}

Estimate sliced_wasserstein_estimate(const Features& real, const Features& generated,
                                     const BootstrapOptions* options) {
  const Features one = real.spread(most_sliced_rows), two = generated.spread(most_sliced_rows);
  const std::uint64_t seed = options == nullptr ? 1 : options->seed;
  const double value = sliced_wasserstein(one, two, seed);
  if (options == nullptr) return {value};
  const Resampling draws_one(one.rows, seed, 0, most_line_groups);
  const Resampling draws_two(two.rows, seed, 1, most_line_groups);
  const std::vector<double> directions = random_directions(one.columns, sliced_directions, seed);
  std::vector<double> figures(static_cast<std::size_t>(options->resamples), 0.0);
  for (std::int64_t k = 0; k < sliced_directions; ++k) {
    const double* direction = directions.data() + k * one.columns;
    add_areas(draws_one, along(one, direction), draws_two, along(two, direction), figures);
  }
  for (double& figure : figures) figure /= static_cast<double>(sliced_directions);
  return centred_interval(value, std::move(figures), options->inside, 0.0, infinity);
}

}  // namespace vgan
