// Rows of a table as features.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/metrics/measured_rows.hpp"
#include "engine/metrics/row_features.hpp"
#include "engine/stats/principal_components.hpp"

namespace vgan {

/// RowFeatures; of more than `most_columns` of them, the principal components of those.
class RowSpace {
 public:
  static constexpr std::int64_t most_columns = 128;

  /// By the training rows. Throws internal for none, and as PrincipalComponents.
  explicit RowSpace(const MeasuredRows& training);

  std::int64_t size() const;
  /// [rows, size()]. Throws internal for other columns.
  Features features(const MeasuredRows& rows) const;
  std::string name() const { return "columns"; }
  /// For people: "15 columns, numbers in their deviations, words 1 apart".
  std::string text() const;

 private:
  RowFeatures coded_;
  std::size_t columns_;
  std::unique_ptr<PrincipalComponents> components_;
};

}  // namespace vgan
