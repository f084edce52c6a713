#include "engine/train/left_out_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "engine/encode/cell_distribution.hpp"
#include "kernels/math/cells.hpp"

namespace vgan {
namespace {

constexpr std::int64_t most_rows = 1000;        // of a fold; a block of any sampler has as many
constexpr std::int64_t fewest_rows = 100;       // of a wide table
constexpr std::int64_t most_cells = 4'000'000;  // asked of a fold: each column by all others

constexpr std::uint64_t mask_counter = std::uint64_t{1} << 48;  // which no step comes to
// Temperatures to try: 1, and up to 4 by equal factors.
constexpr int temperatures = 29;
constexpr double factor = 1.05;
constexpr double least_share = 1e-9;

// The levels at which the ends of all intervals lie, from the least to the greatest: those of the
// widest are first and last, that of the median is in the middle.
std::vector<double> end_levels() {
  std::vector<double> levels;
  for (std::int64_t point = LeftOut::points - 1; point > 0; --point) {
    levels.push_back(0.5 * (1.0 - LeftOut::level_of(point)));
  }
  for (std::int64_t point = 0; point < LeftOut::points; ++point) {
    levels.push_back(0.5 * (1.0 + LeftOut::level_of(point)));
  }
  return levels;
}

// The ranked probability score of shares that add up to `sum` where `cell` is right: the squared
// distance of the running sums from a step, each cell counting as much as it has of the data
// (T. Gneiting, A. E. Raftery, J. Am. Stat. Assoc. 102(477), 2007). Unlike a logarithm it does not
// ask for shares of cells far away because one beside the right one was expected.
double ranked_loss(const CellColumn& column, const std::vector<double>& shares, double sum,
                   std::size_t cell) {
  double running = 0.0, loss = 0.0;
  for (std::size_t t = 0; t < column.values().size(); ++t) {
    running += shares[t] / sum;
    const double distance = running - (t >= cell ? 1.0 : 0.0);
    loss += column.shares()[t] * distance * distance;
  }
  return loss;
}

// The number of a row's cell, NaN where it is missing.
double number_of(const CellColumn& column, std::span<const double> row, std::size_t cell) {
  if (cell >= column.values().size()) return std::numeric_limits<double>::quiet_NaN();
  if (column.kind() != CellColumn::Kind::quantile) return column.values()[cell];
  return row[static_cast<std::size_t>(column.head().first)];
}

std::vector<double> row_of(const Trials& trials, std::int64_t row, std::size_t size) {
  std::vector<double> made(size);
  std::visit(
      [&](const auto& values) {
        const auto first =
            values.begin() + static_cast<std::ptrdiff_t>(row) * static_cast<std::ptrdiff_t>(size);
        std::copy_n(first, size, made.begin());
      },
      trials.values);
  return made;
}

}  // namespace

LeftOutRows::LeftOutRows(const FoldPlan& plan, const Trials& trials, const TableCells& cells,
                         const CellLayout& layout, std::uint64_t seed)
    : cells_(cells), place_in_order_(layout.order.size()) {
  for (std::size_t i = 0; i < layout.order.size(); ++i) {
    place_in_order_[static_cast<std::size_t>(layout.order[i])] = i;
  }
  // The intervals of a curve's samples come from curves that are drawn.
  for (const CellPlace& place : cell_places(cells, *trials.schema)) {
    numeric_.push_back(!place.only_missing && trials.schema->columns[place.column].numeric &&
                       cells.curve_of(numeric_.size()) == nullptr);
  }
  const std::size_t columns = cells.columns().size();
  const std::uint64_t stream = math::subsequence(math::Purpose::cell_mask, mask_counter);
  std::int64_t asked = 0;
  for (std::size_t k = 0; k < plan.ends.size(); ++k) {
    Fold& fold = folds_.emplace_back();
    const auto wide = static_cast<std::int64_t>(columns * columns);
    fold.rows = std::min(std::clamp(most_cells / wide, fewest_rows, most_rows), plan.size(k));
    fold.cells.resize(static_cast<std::size_t>(fold.rows) * columns);
    fold.numbers.resize(fold.cells.size());
    fold.random.resize(fold.cells.size());
    for (std::int64_t i = 0; i < fold.rows; ++i, ++asked) {
      const auto first = static_cast<std::size_t>(i) * columns;
      const std::vector<double> row =
          row_of(trials, plan.order[static_cast<std::size_t>(plan.first(k) + i)], cells.numbers());
      const std::span own = std::span(fold.cells).subspan(first, columns);
      cells.encode(row, own);
      for (std::size_t j = 0; j < columns; ++j) {
        fold.numbers[first + j] =
            number_of(cells.columns()[j], row, static_cast<std::size_t>(own[j]));
      }
      math::draw_mask({0, 0, 1}, asked, std::numeric_limits<std::int64_t>::max(),
                      static_cast<std::int32_t>(columns), seed, stream,
                      [&](std::int32_t place, bool shown) {
                        fold.random[first + static_cast<std::size_t>(place)] = shown ? 1 : 0;
                      });
    }
  }
}

bool LeftOutRows::shows(const Fold& fold, Mask mask, std::int64_t row, std::size_t column,
                        std::size_t other) const {
  if (other == column) return false;
  switch (mask) {
    case Mask::all_others: return true;
    case Mask::before: return place_in_order_[other] < place_in_order_[column];
    case Mask::some: break;
  }
  return fold.random[static_cast<std::size_t>(row) * cells_.columns().size() + other] != 0;
}

LeftOutRows::Shares LeftOutRows::shares_of(Queue& queue, CellSampler& sampler, Mask mask,
                                           std::size_t column) const {
  const auto size = static_cast<std::int64_t>(cells_.columns()[column].size());
  const std::size_t columns = cells_.columns().size();
  Shares all;
  for (std::size_t k = 0; k < folds_.size(); ++k) {
    const Fold& fold = folds_[k];
    std::vector<float>& shares =
        all.emplace_back(static_cast<std::size_t>(fold.rows) * static_cast<std::size_t>(size));
    sampler.use_only(k);
    sampler.predict(queue, fold.rows, static_cast<std::int64_t>(column),
                    [&](HostCells cells, HostObserved observed) {
                      for (std::int64_t i = 0; i < fold.rows; ++i) {
                        for (std::size_t j = 0; j < columns; ++j) {
                          if (!shows(fold, mask, i, column, j)) continue;
                          cells.row(i)[j] = fold.cells[static_cast<std::size_t>(i) * columns + j];
                          observed.row(i)[j] = 1;
                        }
                      }
                    },
                    {shares.data(), fold.rows, size, size});
  }
  sampler.use_only(std::nullopt);
  return all;
}

double LeftOutRows::temperature_of(const Shares& shares, std::size_t column) const {
  const CellColumn& of = cells_.columns()[column];
  const std::size_t columns = cells_.columns().size();
  std::vector<double> losses(temperatures, 0.0);
  std::vector<double> raised(of.size());
  for (std::size_t k = 0; k < folds_.size(); ++k) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(folds_[k].rows); ++i) {
      const auto own = std::span(shares[k]).subspan(i * of.size(), of.size());
      const auto cell = static_cast<std::size_t>(folds_[k].cells[i * columns + column]);
      double inverse = 1.0;
      for (double& loss : losses) {
        double sum = 0.0;
        for (std::size_t t = 0; t < raised.size(); ++t) {
          const double share = std::max(static_cast<double>(own[t]), least_share);
          sum += raised[t] = std::exp(inverse * std::log(share));
        }
        loss += of.ordered() ? ranked_loss(of, raised, sum, cell) : -std::log(raised[cell] / sum);
        inverse /= factor;
      }
    }
  }
  const auto best = std::min_element(losses.begin(), losses.end()) - losses.begin();
  return std::pow(factor, static_cast<double>(best));
}

void LeftOutRows::score(const Shares& shares, std::size_t column, LeftOut::Shown shown,
                        LeftOut& made) const {
  const CellColumn& of = cells_.columns()[column];
  const std::size_t columns = cells_.columns().size();
  const std::vector<double> levels = end_levels();
  const double of_all = data_deviation(of);
  if (!(of_all > 0.0)) return;  // one number alone, which no interval misses
  std::vector<std::vector<double>> scores(static_cast<std::size_t>(LeftOut::points));

  for (std::size_t k = 0; k < folds_.size(); ++k) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(folds_[k].rows); ++i) {
      const double number = folds_[k].numbers[i * columns + column];
      if (std::isnan(number)) continue;
      const CellDistribution distribution(of,
                                          std::span(shares[k]).subspan(i * of.size(), of.size()));
      const std::vector<double> ends = distribution.quantiles(levels);
      const double scale = distribution.scale(of_all);

      for (std::size_t point = 0; point < scores.size(); ++point) {
        const double low = ends[scores.size() - 1 - point];
        const double high = ends[scores.size() - 1 + point];
        scores[point].push_back(std::max(low - number, number - high) / scale);
      }
    }
  }
  for (std::size_t point = 0; point < scores.size(); ++point) {
    made.set_scores(column, shown, static_cast<std::int64_t>(point), std::move(scores[point]));
  }
}

LeftOut LeftOutRows::unjudged() const { return LeftOut(cells_.columns().size()); }

LeftOut LeftOutRows::judge(Queue& queue, CellSampler& sampler,
                           const std::function<bool()>& stop) const {
  LeftOut made = unjudged();
  for (std::size_t j = 0; j < cells_.columns().size(); ++j) {
    if (stop && stop()) return unjudged();
    made.set_temperature(j, temperature_of(shares_of(queue, sampler, Mask::before, j), j));
    if (!numeric_[j]) continue;
    score(shares_of(queue, sampler, Mask::all_others, j), j, LeftOut::Shown::all_others, made);
    score(shares_of(queue, sampler, Mask::some, j), j, LeftOut::Shown::some, made);
  }
  std::int64_t rows = 0;
  for (const Fold& fold : folds_) rows += fold.rows;
  made.set_rows(rows);
  return made;
}

}  // namespace vgan
