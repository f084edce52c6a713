#include "engine/quality/curve_judge.hpp"

#include <algorithm>

namespace vgan {
namespace {

constexpr std::uint64_t real_side = 0, other_side = 1;  // of resamplings

}  // namespace

CurveJudge::CurveJudge(const Trials& held_out, std::uint64_t seed)
    : channels_(held_out.shape.channels),
      count_(std::min(held_out.count, CurveMeans::most_curves)),
      seed_(seed),
      spectra_(CurveMeans::spectra(TrialRows(held_out), channels_, seed, real_side)),
      autocorrelations_(
          CurveMeans::autocorrelations(TrialRows(held_out), channels_, seed, real_side)),
      bands_(TrialRows(held_out)) {}

Figures CurveJudge::figures(const Trials& curves, MeasureDepth depth) const {
  BootstrapOptions by_seed;
  by_seed.seed = seed_;
  const BootstrapOptions* const options = depth == MeasureDepth::full ? &by_seed : nullptr;
  const TrialRows rows(curves);
  const std::int64_t count = std::min(curves.count, CurveMeans::most_curves);
  const CurveMeans spectra = CurveMeans::spectra(rows, channels_, seed_, other_side);
  const CurveMeans autocorrelations =
      CurveMeans::autocorrelations(rows, channels_, seed_, other_side);
  return {{"spectrum", spectrum_estimate(spectra_, spectra, options), count, count_},
          {"autocorrelation",
           autocorrelation_estimate(autocorrelations_, autocorrelations, options), count, count_},
          {"bands", bands_.difference(rows, options), count, count_}};
}

}  // namespace vgan
