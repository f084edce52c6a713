// Eigenvalues and eigenvectors of a symmetric matrix.
#pragma once

#include <cstdint>
#include <vector>

namespace vgan {

struct SymmetricEigen {
  std::vector<double> values;   ///< [n], the largest first
  std::vector<double> vectors;  ///< [n, n]: row i has length 1 and belongs to values[i]
};

/// Eigenvalues and eigenvectors of `matrix` [n, n], row-major, whose upper triangle is taken for
/// granted: Householder's tridiagonal form, then the implicit QR algorithm with Wilkinson's shift
/// (Golub and Van Loan, Matrix Computations, 4th edition, 8.3). Some 5 n^3 multiplications. Errors
/// are of the order of 1e-16 n times the largest absolute eigenvalue. Throws internal where
/// `matrix` has another size or a number in it is not finite.
SymmetricEigen symmetric_eigen(std::vector<double> matrix, std::int64_t n);

}  // namespace vgan
