#include "engine/quality/class_judge.hpp"

#include <algorithm>
#include <utility>

namespace vgan {

ClassJudge::ClassJudge(std::vector<std::int32_t> held_out, std::vector<std::string> names,
                       bool known, std::uint64_t seed)
    : held_out_(std::move(held_out)), names_(std::move(names)), known_(known), seed_(seed) {}

Figures ClassJudge::figures(const std::vector<std::int32_t>& labels, MeasureDepth depth) const {
  BootstrapOptions options;
  options.seed = seed_;
  const ClassFigures found =
      class_figures(held_out_, labels, depth == MeasureDepth::full ? &options : nullptr);
  const std::int64_t count = std::ssize(labels), real = std::ssize(held_out_);
  return {{"modes", found.modes, count, real, true},
          {"smallest-class", found.smallest, count, real, true},
          {"class-difference", found.difference, count, real, true}};
}

std::vector<MeasuredPart> ClassJudge::shares(const std::vector<std::int32_t>& labels) const {
  if (!known_) return {};
  std::vector<std::int32_t> all = labels;
  all.insert(all.end(), held_out_.begin(), held_out_.end());
  const std::vector<std::int32_t> classes = classes_of(all);
  const ClassShares samples = class_shares(labels, classes),
                    real = class_shares(held_out_, classes);
  std::vector<MeasuredPart> made;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const std::int32_t label = classes[i];
    const bool named = label >= 0 && std::cmp_less(label, names_.size());
    made.push_back({named ? names_[static_cast<std::size_t>(label)] : std::to_string(label),
                    samples.shares[i], real.shares[i]});
  }
  return made;
}

}  // namespace vgan
