#include "engine/encode/cell_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vgan {
namespace {

// The numbers of a cell, each as probable as the others.
std::span<const double> numbers_of(const CellColumn& column, std::size_t cell) {
  if (column.kind() == CellColumn::Kind::quantile) return column.members(cell);
  return std::span(column.values()).subspan(cell, 1);
}

}  // namespace

CellDistribution::CellDistribution(const CellColumn& column, std::span<const float> shares)
    : column_(&column), shares_(shares.first(column.values().size())) {
  for (const float share : shares_) known_ += static_cast<double>(share);
  double all = known_;
  for (const float share : shares.subspan(shares_.size())) all += static_cast<double>(share);
  missing_ = all > 0.0 ? (all - known_) / all : 0.0;
}

double CellDistribution::share(std::size_t cell) const {
  return known_ > 0.0 ? static_cast<double>(shares_[cell]) / known_ : column_->shares()[cell];
}

double CellDistribution::mean() const {
  double mean = 0.0;
  for (std::size_t cell = 0; cell < shares_.size(); ++cell) {
    const std::span<const double> numbers = numbers_of(*column_, cell);
    double sum = 0.0;
    for (const double number : numbers) sum += number;
    mean += share(cell) * sum / static_cast<double>(numbers.size());
  }
  return mean;
}

double CellDistribution::deviation() const {
  const double middle = mean();
  double variance = 0.0;
  for (std::size_t cell = 0; cell < shares_.size(); ++cell) {
    const std::span<const double> numbers = numbers_of(*column_, cell);
    double squares = 0.0;
    for (const double number : numbers) squares += (number - middle) * (number - middle);
    variance += share(cell) * squares / static_cast<double>(numbers.size());
  }
  return std::sqrt(variance);
}

double CellDistribution::scale(double of_all) const {
  if (column_->kind() != CellColumn::Kind::quantile) return of_all;

  return std::sqrt((deviation() + 1e-6 * of_all) * of_all);
}

double CellDistribution::quantile(double level) const {
  return quantiles(std::span(&level, 1)).front();
}

std::vector<double> CellDistribution::quantiles(std::span<const double> levels) const {
  std::vector<double> made;
  double below = 0.0;              // the share of all cells before `cell`
  std::size_t cell = 0, last = 0;  // `last`: the last one with a share, up to `cell`
  double own = 0.0, before_last = 0.0;
  for (const double level : levels) {
    // All of it ends in the last cell with a share, wherever rounding has brought the sum.
    const bool all = level >= 1.0;
    while (cell < shares_.size() && (all || !(own > 0.0 && below >= level))) {
      const double next = share(cell);
      if (next > 0.0) {
        own = next;
        before_last = below;
        below += next;
        last = cell;
      }
      ++cell;
    }
    const double part = all ? 1.0 : std::clamp((level - before_last) / own, 0.0, 1.0);
    made.push_back(own > 0.0 ? column_->number_at(last, part) : column_->values().front());
  }
  return made;
}

double CellDistribution::share_below(double number) const {
  double below = 0.0;
  for (std::size_t cell = 0; cell < shares_.size(); ++cell) {
    const auto part = column_->part_between(cell, -std::numeric_limits<double>::infinity(), number);
    if (part) below += share(cell) * part->to;
  }
  return below;
}

double data_deviation(const CellColumn& column) {
  // Where no cell has a share, the data's are taken.
  const std::vector<float> none(column.size(), 0.0F);
  return CellDistribution(column, none).deviation();
}

}  // namespace vgan
