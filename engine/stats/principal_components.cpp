#include "engine/stats/principal_components.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/check.hpp"
#include "engine/stats/dot.hpp"
#include "engine/stats/symmetric_eigen.hpp"

namespace vgan {
namespace {

// A component with a smaller share of the largest one's variance is rounding.
constexpr double least_variance = 1e-10;
constexpr std::int64_t rows_at_once = 4;

std::int64_t most_to_fit(const ImageSet& images) {
  return images.pixels_per_image() > PrincipalComponents::largest_matrix
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

// The upper triangle of the covariance, times count - 1. Four trials at a time, so that each number
// of the matrix is loaded for four products.
std::vector<double> scatter(const TrialRows& trials, const std::vector<double>& mean) {
  const std::int64_t n = trials.size();
  std::vector<double> matrix(static_cast<std::size_t>(n * n), 0.0);
  std::vector<double> block(static_cast<std::size_t>(rows_at_once * n));
  CentredRows rows(trials, mean);
  for (std::int64_t first = 0; first < trials.count(); first += rows_at_once) {
    std::fill(block.begin(), block.end(), 0.0);
    const std::int64_t last = std::min(first + rows_at_once, trials.count());
    for (std::int64_t r = first; r < last; ++r) rows.read(r, &block[(r - first) * n]);
    const double* x = block.data();
    for (std::int64_t i = 0; i < n; ++i) {
      const double a = x[i], b = x[n + i], c = x[2 * n + i], d = x[3 * n + i];
      double* row = &matrix[i * n];
      for (std::int64_t j = i; j < n; ++j) {
        row[j] += (a * x[j] + b * x[n + j]) + (c * x[2 * n + j] + d * x[3 * n + j]);
      }
    }
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

PrincipalComponents::PrincipalComponents(const ImageSet& images, const TrialUnits* units) {
  const TrialRows trials = TrialRows(images, most_to_fit(images)).in(units);
  if (trials.count() < 2) {
    throw Error(ErrorCode::bad_data, {"cannot find principal components", images.source,
                                      "one trial", "two or more", ""});
  }
  fitted_ = trials.count();
  mean_ = mean_of(trials);
  if (trials.size() <= largest_matrix) {
    fit_by_covariance(trials);
  } else {
    fit_by_products(trials);
  }
  if (size_ == 0) {
    throw Error(ErrorCode::bad_data, {"cannot find principal components", images.source,
                                      "trials that are all the same", "trials that differ", ""});
  }
}

// How many of the eigenvalues are worth a component.
void PrincipalComponents::keep(const std::vector<double>& values, std::int64_t most) {
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
  SymmetricEigen eigen = symmetric_eigen(scatter(trials, mean_), trials.size());
  keep(eigen.values, std::min(most_components, trials.count() - 1));
  eigen.vectors.resize(static_cast<std::size_t>(size_ * trials.size()));
  components_ = std::move(eigen.vectors);
}

// X X^T has the eigenvalues of X^T X, and X^T times its eigenvectors are the latter's.
void PrincipalComponents::fit_by_products(const TrialRows& trials) {
  const std::int64_t n = trials.count();
  const std::int64_t size = trials.size();
  std::vector<double> x(static_cast<std::size_t>(n * size));
  CentredRows rows(trials, mean_);
  for (std::int64_t i = 0; i < n; ++i) rows.read(i, &x[i * size]);
  std::vector<double> products(static_cast<std::size_t>(n * n), 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = i; j < n; ++j) {
      products[i * n + j] = dot(&x[i * size], &x[j * size], size);
    }
  }
  const SymmetricEigen eigen = symmetric_eigen(std::move(products), n);
  keep(eigen.values, std::min(most_components, n - 1));
  components_.assign(static_cast<std::size_t>(size_ * size), 0.0);
  for (std::int64_t c = 0; c < size_; ++c) {
    double* component = &components_[c * size];
    for (std::int64_t i = 0; i < n; ++i) {
      const double share = eigen.vectors[c * n + i];
      for (std::int64_t k = 0; k < size; ++k) component[k] += share * x[i * size + k];
    }
    const double length = std::sqrt(dot(component, component, size));
    for (std::int64_t k = 0; k < size; ++k) component[k] /= length;
  }
}

Features PrincipalComponents::project(const TrialRows& trials) const {
  const auto size = static_cast<std::int64_t>(mean_.size());
  require(trials.size() == size, "principal components",
          "trials of " + std::to_string(trials.size()), std::to_string(size) + " numbers");
  Features made{trials.count(), size_, {}};
  made.values.reserve(static_cast<std::size_t>(made.rows * made.columns));
  std::vector<double> row(mean_.size());
  CentredRows rows(trials, mean_);
  for (std::int64_t n = 0; n < trials.count(); ++n) {
    rows.read(n, row.data());
    for (std::int64_t c = 0; c < size_; ++c) {
      made.values.push_back(static_cast<float>(dot(&components_[c * size], row.data(), size)));
    }
  }
  return made;
}

}  // namespace vgan
