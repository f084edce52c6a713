// The numbers of a curve in a table's row as scores of its principal components, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/data/schema.hpp"

namespace vgan {

/// A curve w of `count` numbers of a row, from its number `first` on, as `size` scores s:
///
///   s = C (w - mean),   w = mean + C^T s + r,
///
/// with C [size, count] rows of length 1 that stand at right angles, and r what the components do
/// not hold of a curve that was seen.
class CurveScores {
 public:
  struct Saved {
    std::size_t first = 0;           ///< which of encoded_columns
    std::vector<double> mean;        ///< [count]
    std::vector<double> components;  ///< C, row after row
    std::vector<double> residuals;   ///< of curves that were seen, [some, count]; their mean is 0

    bool operator==(const Saved&) const = default;
  };

  /// Nothing where that contradicts itself: 1 to `count` components, whole residuals, all finite.
  static std::optional<CurveScores> of_saved(Saved saved);
  const Saved& saved() const { return saved_; }

  std::size_t first() const { return saved_.first; }
  std::size_t count() const { return saved_.mean.size(); }
  std::size_t size() const { return saved_.components.size() / saved_.mean.size(); }
  /// Whether number `number` of a row is one of the curve's.
  bool has(std::size_t number) const { return number >= first() && number < first() + count(); }

  /// Puts the scores of a row's curve in the place of its first `size` numbers, and 0 in those of
  /// the others.
  void to_scores(std::span<double> row) const;
  /// Puts the curve of these scores in their place, without a residual, or with the one that
  /// `choice` chooses: each as often as the others, where choices are random bits.
  void to_curve(std::span<double> row) const;
  void to_curve(std::span<double> row, std::uint64_t choice) const;
  /// Whether what the components do not hold of a row's curve is longer than twice the longest
  /// residual and a hundredth of the curve's distance from the mean: its scores say too little.
  bool is_strange(std::span<const double> row) const;

  bool operator==(const CurveScores&) const = default;

 private:
  explicit CurveScores(Saved saved) : saved_(std::move(saved)) {}

  Saved saved_;
};

/// The curve of `curves` that column `column` of the schema is a sample of; nullptr: none.
const CurveScores* curve_at(const std::vector<CurveScores>& curves, const Schema& schema,
                            std::size_t column);
/// The columns of a curve, [first, end) of Schema::columns.
struct CurveColumns {
  std::size_t first = 0, end = 0;
};
CurveColumns columns_of(const CurveScores& curve, const Schema& schema);
/// "the curve 't_000' to 't_255'".
std::string curve_text(const CurveScores& curve, const Schema& schema);
/// Whether a row's numbers from `curve.first()` on are numbers of columns of one curve, one role
/// and no missing values.
bool fits_schema(const CurveScores& curve, const Schema& schema);

}  // namespace vgan
