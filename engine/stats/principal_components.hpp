// Features of trials without a network: their principal components.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/stats/trial_rows.hpp"

namespace vgan {

/// One row of numbers for each trial.
struct Features {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<float> values;  ///< [rows, columns]

  const float* row(std::int64_t i) const { return values.data() + i * columns; }
  /// Up to `most` rows, evenly spread.
  Features spread(std::int64_t most) const;
};

/// The directions in which trials vary most, from the eigenvectors of their covariance. Features
/// are coordinates along them, not whitened: distances between features are distances between
/// trials, in the units of TrialRows, as far as these directions see them.
class PrincipalComponents {
 public:
  static constexpr std::int64_t most_components = 64;
  static constexpr std::int64_t most_trials = 10000;
  /// Trials of more numbers than this are fitted by as many trials, through the products of trials
  /// with each other: their covariance would be too large a matrix.
  static constexpr std::int64_t largest_matrix = 1024;

  /// Fitted to up to `most_trials` of the set. Throws bad_data for fewer than two trials, and for
  /// trials that are all the same. `project` takes rows in the same `units`.
  explicit PrincipalComponents(const Trials& data, const TrialUnits* units = nullptr);

  std::int64_t size() const { return size_; }  ///< how many components
  /// The share of the trials' variance that lies along the components, 0 to 1.
  double explained() const { return explained_; }
  std::int64_t fitted_trials() const { return fitted_; }
  /// Component `i`, from 0, the one of the most variance first: [trial], of length 1.
  std::span<const double> component(std::int64_t i) const {
    return std::span(components_).subspan(static_cast<std::size_t>(i) * mean_.size(), mean_.size());
  }

  /// [rows, size()]. Throws internal for trials of another size.
  Features project(const TrialRows& trials) const;

 private:
  void fit_by_covariance(const TrialRows& trials);
  void fit_by_products(const TrialRows& trials);
  void keep(std::span<const double> values, std::int64_t most);

  std::int64_t size_ = 0;
  std::int64_t fitted_ = 0;
  double explained_ = 0.0;
  std::vector<double> mean_;        ///< [trial]
  std::vector<double> components_;  ///< [size_, trial], rows of length 1
};

}  // namespace vgan
