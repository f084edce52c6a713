// The targets of a cell_loss, for loops over them: what its kernels share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "kernels/ops/cell_loss.hpp"

namespace vgan::cpu {

/// The targets of a head's leading `count` cells: bell[t] * scale; behind them there are so many
/// numbers more that whole lanes may be read. The bell lies so that its middle is at the row's
/// cell; none where the target is that cell alone.
struct CellTargets {
  const float* bell = nullptr;
  std::int64_t count = 0;
  float scale = 0.0F;
};

/// The bell of the widest smoothed head, both sides of it.
class CellBell {
 public:
  explicit CellBell(const CellLossTask& task) : inverse_sums_(task.inverse_sums) {
    for (std::int64_t c = 0; c < task.heads.size; ++c) {
      middle_ = std::max<std::int64_t>(middle_, task.heads.data[c].smoothed - 1);
    }
    for (std::int64_t t = -middle_; t <= middle_; ++t) numbers_.push_back(task.bell[std::abs(t)]);
    numbers_.resize(numbers_.size() + math::softmax_lanes);
  }

  /// The targets of `head` where the row's cell is `cell`.
  CellTargets targets(const math::CellHead& head, std::int32_t cell) const {
    if (cell >= head.smoothed) return {};
    return {numbers_.data() + (middle_ - cell), head.smoothed, inverse_sums_[head.first + cell]};
  }

 private:
  const float* inverse_sums_;
  std::int64_t middle_ = -1;  ///< number `middle_` is the greatest
  std::vector<float> numbers_;
};

/// What a hidden column of a row that hides `hidden` columns counts, in a batch of `rows`.
inline float cell_weight(std::int64_t rows, std::int64_t hidden) {
  return 1.0F / (static_cast<float>(rows) * static_cast<float>(hidden));
}

}  // namespace vgan::cpu
