#include "engine/metrics/frechet.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/check.hpp"
#include "engine/stats/eigen_library.hpp"

namespace vgan {
namespace {

using Solver = Eigen::SelfAdjointEigenSolver<RowMatrix>;

Eigen::Map<const RowMatrix> covariance_of(const Gaussian& gaussian) {
  return {gaussian.covariance.data(), gaussian.size, gaussian.size};
}

// Roots of eigenvalues; what rounding made negative counts as zero.
Eigen::VectorXd roots(const Solver& solver) {
  return solver.eigenvalues().cwiseMax(0.0).cwiseSqrt();
}

}  // namespace

Gaussian fit_gaussian(const Features& features) {
  require(features.rows >= 2, "a Gaussian", std::to_string(features.rows) + " rows", "2 or more");
  const std::int64_t n = features.columns;
  using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  RowMatrix centred =
      Eigen::Map<const Rows>(features.values.data(), features.rows, n).cast<double>();
  Gaussian made{n, std::vector<double>(n), std::vector<double>(static_cast<std::size_t>(n * n))};
  const Eigen::RowVectorXd mean = centred.colwise().mean();
  centred.rowwise() -= mean;
  Eigen::Map<Eigen::RowVectorXd>(made.mean.data(), n) = mean;
  Eigen::Map<RowMatrix>(made.covariance.data(), n, n) =
      centred.transpose() * centred / (static_cast<double>(features.rows) - 1.0);
  return made;
}

double frechet_distance(const Gaussian& one, const Gaussian& two) {
  require(two.size == one.size, "a Frechet distance", std::to_string(two.size) + " dimensions",
          std::to_string(one.size));
  const Solver first(covariance_of(one));
  const RowMatrix root =
      first.eigenvectors() * roots(first).asDiagonal() * first.eigenvectors().transpose();
  const Solver both(root * covariance_of(two) * root, Eigen::EigenvaluesOnly);
  double distance =
      covariance_of(one).trace() + covariance_of(two).trace() - 2.0 * roots(both).sum();
  for (std::size_t i = 0; i < one.mean.size(); ++i) {
    const double apart = one.mean[i] - two.mean[i];
    distance += apart * apart;
  }
  return std::max(distance, 0.0);
}

}  // namespace vgan
