// Eigen, for small dense algebra in double. Its templates are compiled into this library under a
// namespace of their own, so that a program with another Eigen, or the same one with other flags,
// shares no symbol with it; and without OpenMP, so that sums do not depend on the thread count.
#pragma once

#ifdef EIGEN_CORE_H
#error "Eigen is included by engine/stats/eigen_library.hpp alone"
#endif

#define EIGEN_DONT_PARALLELIZE
#define Eigen vgan_eigen
#include <Eigen/Eigenvalues>

namespace vgan {

/// Rows one after the other, as everywhere here.
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace vgan
