// Codes side by side, so that loops over them run along memory and a compiler makes vectors of
// them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/view.hpp"

namespace vgan {

/// Codes of a block: enough to hide what a loop over them waits for, and 16 numbers of each fit the
/// first cache.
inline constexpr std::int64_t code_lanes = 64;

/// Up to `code_lanes` codes [size, code_lanes] in double, each number's lane after lane.
class CodeBlock {
 public:
  explicit CodeBlock(std::int64_t size)
      : size_(size), values_(static_cast<std::size_t>(size * code_lanes), 0.0) {}

  /// Codes `first` on of `codes` [n, size]; lanes past the last code repeat it.
  void load(MatrixView<const float> codes, std::int64_t first) {
    count_ = std::min(code_lanes, codes.rows - first);
    for (std::int64_t lane = 0; lane < code_lanes; ++lane) {
      const float* code = codes.row(first + std::min(lane, count_ - 1));
      for (std::int64_t j = 0; j < size_; ++j) {
        values_[static_cast<std::size_t>(j * code_lanes + lane)] = double{code[j]};
      }
    }
  }

  std::int64_t count() const { return count_; }  ///< of lanes that hold codes of their own
  /// [code_lanes]: number j of each code.
  const double* number(std::int64_t j) const { return values_.data() + j * code_lanes; }

 private:
  std::int64_t size_;
  std::int64_t count_ = 0;
  std::vector<double> values_;
};

}  // namespace vgan
