#include "engine/stats/principal_components.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/check.hpp"
#include "engine/stats/symmetric_eigen.hpp"

namespace vgan {
namespace {

// A component with a smaller share of the largest one's variance is rounding.
constexpr double least_variance = 1e-10;
constexpr std::int64_t rows_at_once = 256;

std::int64_t most_to_fit(const Trials& data) {
  return data.values_per_trial() > PrincipalComponents::largest_matrix
             ? PrincipalComponents::largest_matrix
             : PrincipalComponents::most_trials;
}

std::vector<double> mean_of(const TrialRows& trials) {
  std::vector<double> mean(static_cast<std::size_t>(trials.size()), 0.0);
  std::vector<float> row(mean.size());
  for (std::int64_t n = 0; n < trials.count(); ++n) {
    trials.read(n, row.data());
    for (std::size_t i = 0; i < row.size(); ++i) mean[i] += row[i];
  }
  for (double& value : mean) value /= static_cast<double>(trials.count());
  return mean;
}

/// Reads rows less the mean.
class CentredRows {
 public:
  CentredRows(const TrialRows& trials, const std::vector<double>& mean)
      : trials_(trials), mean_(mean), row_(mean.size()) {}

  void read(std::int64_t n, double* values) {
    trials_.read(n, row_.data());
    for (std::size_t i = 0; i < row_.size(); ++i) values[i] = row_[i] - mean_[i];
  }

 private:
  const TrialRows& trials_;
  const std::vector<double>& mean_;
  std::vector<float> row_;
};

// The lower triangle of the covariance, times count - 1, by some trials at a time.
RowMatrix scatter(const TrialRows& trials, const std::vector<double>& mean) {
  RowMatrix matrix = RowMatrix::Zero(trials.size(), trials.size());
  RowMatrix block(rows_at_once, trials.size());
  CentredRows rows(trials, mean);
  for (std::int64_t first = 0; first < trials.count(); first += rows_at_once) {
    const std::int64_t count = std::min(rows_at_once, trials.count() - first);
    for (std::int64_t r = 0; r < count; ++r) rows.read(first + r, block.row(r).data());
    matrix.selfadjointView<Eigen::Lower>().rankUpdate(block.topRows(count).transpose());
  }
  return matrix;
}

}  // namespace

Features Features::spread(std::int64_t most) const {
  if (rows <= most) return *this;
  Features chosen{most, columns, {}};
  for (std::int64_t i = 0; i < most; ++i) {
    const float* from = row(i * rows / most);
    chosen.values.insert(chosen.values.end(), from, from + columns);
  }
  return chosen;
}

PrincipalComponents::PrincipalComponents(const Trials& data, const TrialUnits* units) {
  const TrialRows trials = TrialRows(data, most_to_fit(data)).in(units);
  if (trials.count() < 2) {
    throw Error(ErrorCode::bad_data,
                {"cannot find principal components", data.source, "one trial", "two or more", ""});
  }
  fitted_ = trials.count();
  mean_ = mean_of(trials);
  if (trials.size() <= largest_matrix) {
    fit_by_covariance(trials);
  } else {
    fit_by_products(trials);
  }
  if (size_ == 0) {
    throw Error(ErrorCode::bad_data, {"cannot find principal components", data.source,
                                      "trials that are all the same", "trials that differ", ""});
  }
}

// How many of the eigenvalues are worth a component.
void PrincipalComponents::keep(std::span<const double> values, std::int64_t most) {
  double all = 0.0;
  for (const double value : values) all += std::max(value, 0.0);
  double kept = 0.0;
  for (const double value : values) {
    if (size_ == most || !(value > least_variance * values.front())) break;
    kept += value;
    ++size_;
  }
  explained_ = all > 0.0 ? kept / all : 0.0;
}

void PrincipalComponents::fit_by_covariance(const TrialRows& trials) {
  const SymmetricEigen eigen = symmetric_eigen(scatter(trials, mean_));
  keep({eigen.values.data(), static_cast<std::size_t>(eigen.values.size())},
       std::min(most_components, trials.count() - 1));
  components_.resize(static_cast<std::size_t>(size_ * trials.size()));
  Eigen::Map<RowMatrix>(components_.data(), size_, trials.size()) =
      eigen.vectors.leftCols(size_).transpose();
}

// X X^T has the eigenvalues of X^T X, and X^T times its eigenvectors are the latter's.
void PrincipalComponents::fit_by_products(const TrialRows& trials) {
  RowMatrix x(trials.count(), trials.size());
  CentredRows rows(trials, mean_);
  for (std::int64_t i = 0; i < trials.count(); ++i) rows.read(i, x.row(i).data());
  const SymmetricEigen eigen = symmetric_eigen(x * x.transpose());
  keep({eigen.values.data(), static_cast<std::size_t>(eigen.values.size())},
       std::min(most_components, trials.count() - 1));
  components_.resize(static_cast<std::size_t>(size_ * trials.size()));
  Eigen::Map<RowMatrix> components(components_.data(), size_, trials.size());
  components.noalias() = eigen.vectors.leftCols(size_).transpose() * x;
  components.rowwise().normalize();
}

Features PrincipalComponents::project(const TrialRows& trials) const {
  const auto size = static_cast<std::int64_t>(mean_.size());
  require(trials.size() == size, "principal components",
          "trials of " + std::to_string(trials.size()), std::to_string(size) + " numbers");
  Features made{trials.count(), size_, {}};
  made.values.reserve(static_cast<std::size_t>(made.rows * made.columns));
  std::vector<double> row(mean_.size());
  const Eigen::Map<const RowMatrix> components(components_.data(), size_, size);
  const Eigen::Map<const Eigen::RowVectorXd> numbers(row.data(), size);
  CentredRows rows(trials, mean_);
  for (std::int64_t n = 0; n < trials.count(); ++n) {
    rows.read(n, row.data());
    for (std::int64_t c = 0; c < size_; ++c) {
      made.values.push_back(static_cast<float>(components.row(c).dot(numbers)));
    }
  }
  return made;
}

}  // namespace vgan
