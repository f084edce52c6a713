#include "engine/metrics/frechet.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/check.hpp"
#include "engine/stats/symmetric_eigen.hpp"

namespace vgan {
namespace {

constexpr std::int64_t rows_at_once = 256;

using FloatRow = Eigen::Map<const Eigen::RowVectorXf>;

Eigen::Map<const RowMatrix> covariance_of(const Gaussian& gaussian) {
  return {gaussian.covariance.data(), gaussian.size, gaussian.size};
}

// Roots of eigenvalues; what rounding made negative counts as zero.
Eigen::VectorXd roots(const SymmetricEigen& eigen) {
  return eigen.values.cwiseMax(0.0).cwiseSqrt();
}

}  // namespace

Gaussian fit_gaussian(const Features& features) {
  require(features.rows >= 2, "a Gaussian", std::to_string(features.rows) + " rows", "2 or more");
  const std::int64_t n = features.columns;
  Gaussian made{n, std::vector<double>(n), std::vector<double>(static_cast<std::size_t>(n * n))};
  Eigen::Map<Eigen::RowVectorXd> mean(made.mean.data(), n);
  for (std::int64_t r = 0; r < features.rows; ++r) {
    mean += FloatRow(features.row(r), n).cast<double>();
  }
  mean /= static_cast<double>(features.rows);
  // Some rows at a time: a product of all of them would be cut by the processor's cache.
  RowMatrix covariance = RowMatrix::Zero(n, n);
  RowMatrix centred(rows_at_once, n);
  for (std::int64_t first = 0; first < features.rows; first += rows_at_once) {
    const std::int64_t count = std::min(rows_at_once, features.rows - first);
    for (std::int64_t r = 0; r < count; ++r) {
      centred.row(r) = FloatRow(features.row(first + r), n).cast<double>() - mean;
    }
    covariance.selfadjointView<Eigen::Lower>().rankUpdate(centred.topRows(count).transpose());
  }
  covariance /= static_cast<double>(features.rows) - 1.0;
  Eigen::Map<RowMatrix>(made.covariance.data(), n, n) = covariance.selfadjointView<Eigen::Lower>();
  return made;
}

double frechet_distance(const Gaussian& one, const Gaussian& two) {
  require(two.size == one.size, "a Frechet distance", std::to_string(two.size) + " dimensions",
          std::to_string(one.size));
  const SymmetricEigen first = symmetric_eigen(covariance_of(one));
  const RowMatrix root = first.vectors * roots(first).asDiagonal() * first.vectors.transpose();
  const SymmetricEigen both = symmetric_eigen(root * covariance_of(two) * root);
  double distance =
      covariance_of(one).trace() + covariance_of(two).trace() - 2.0 * roots(both).sum();
  for (std::size_t i = 0; i < one.mean.size(); ++i) {
    const double apart = one.mean[i] - two.mean[i];
    distance += apart * apart;
  }
  return std::max(distance, 0.0);
}

}  // namespace vgan
