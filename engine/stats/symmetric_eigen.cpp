#include "engine/stats/symmetric_eigen.hpp"

#include "engine/base/check.hpp"

namespace vgan {

SymmetricEigen symmetric_eigen(const RowMatrix& matrix) {
  require(matrix.rows() > 0 && matrix.rows() == matrix.cols(), "eigenvalues",
          "a matrix " + shape_text(matrix.rows(), matrix.cols()), "a square one");
  // Eigen says nothing of a number that is not finite, and puts no order into what it makes of it.
  require(matrix.allFinite(), "eigenvalues", "NaN or Inf", "finite numbers");
  const Eigen::SelfAdjointEigenSolver<RowMatrix> solver(matrix);
  require(solver.info() == Eigen::Success, "eigenvalues", "no convergence", "some iterations");
  return {solver.eigenvalues().reverse(), solver.eigenvectors().rowwise().reverse()};
}

}  // namespace vgan
