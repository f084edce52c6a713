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

double CellDistribution::quantile(double level) const {
  double below = 0.0;
  double found = column_->values().front();
  for (std::size_t cell = 0; cell < shares_.size(); ++cell) {
    const double own = share(cell);
    if (!(own > 0.0)) continue;
    // Rounding may leave the sum of all shares below a level of 1.
    found = column_->number_at(cell, std::clamp((level - below) / own, 0.0, 1.0));
    below += own;
    if (below >= level) break;
  }
  return found;
}

double CellDistribution::share_below(double number) const {
  double below = 0.0;
  for (std::size_t cell = 0; cell < shares_.size(); ++cell) {
    const auto part = column_->part_between(cell, -std::numeric_limits<double>::infinity(), number);
    if (part) below += share(cell) * part->to;
  }
  return below;
}

}  // namespace vgan
