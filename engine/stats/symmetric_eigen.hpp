// Eigenvalues and eigenvectors of a symmetric matrix.
#pragma once

#include "engine/stats/eigen_library.hpp"

namespace vgan {

struct SymmetricEigen {
  Eigen::VectorXd values;  ///< [n], the largest first
  RowMatrix vectors;       ///< [n, n]: column i has length 1 and belongs to values[i]
};

/// The eigenvalues and eigenvectors of `matrix` [n, n], of which the lower triangle alone is read.
/// Errors are of the order of
/// 1e-16 n times the largest absolute eigenvalue. Throws internal where `matrix` is empty or not
/// square, or a number in it is not finite.
SymmetricEigen symmetric_eigen(const RowMatrix& matrix);

}  // namespace vgan
