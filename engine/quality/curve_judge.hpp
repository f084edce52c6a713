// Sets of curves beside held-out ones, by what belongs to curves.
#pragma once

#include <cstdint>

#include "engine/data/trials.hpp"
#include "engine/metrics/curve_measures.hpp"
#include "engine/quality/evaluator.hpp"
#include "engine/quality/figures.hpp"

namespace vgan {

/// Judges spectra, autocorrelations and quantile bands.
class CurveJudge {
 public:
  /// Throws internal for no curves.
  CurveJudge(const Trials& held_out, std::uint64_t seed);

  /// Throws internal for no curves or other sizes.
  Figures figures(const Trials& curves, MeasureDepth depth) const;

 private:
  std::int64_t channels_, count_;
  std::uint64_t seed_;
  CurveMeans spectra_, autocorrelations_;
  QuantileBands bands_;
};

}  // namespace vgan
