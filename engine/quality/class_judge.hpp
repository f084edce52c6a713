// Which classes, or clusters, samples are of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/metrics/class_measures.hpp"
#include "engine/quality/evaluator.hpp"
#include "engine/quality/figures.hpp"

namespace vgan {

/// Judges the labels that were found in sets of trials by those that were found in held-out ones,
/// so that what finds them is wrong alike on both sides.
class ClassJudge {
 public:
  /// `held_out`: found labels; `names`: Trials::class_names; `known`: whether labels are classes,
  /// not clusters. Throws internal for no labels.
  ClassJudge(std::vector<std::int32_t> held_out, std::vector<std::string> names, bool known,
             std::uint64_t seed);

  /// Modes that are there, the smallest class and how far shares are off.
  Figures figures(const std::vector<std::int32_t>& labels, MeasureDepth depth) const;
  /// The share of each class, beside its share among held-out trials; of clusters none.
  std::vector<MeasuredPart> shares(const std::vector<std::int32_t>& labels) const;

 private:
  std::vector<std::int32_t> held_out_;
  std::vector<std::string> names_;
  bool known_;
  std::uint64_t seed_;
};

}  // namespace vgan
