// k-means over codes, on the host, in double.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/view.hpp"

namespace vgan {

/// The cluster of each code [n], below `clusters`: twenty steps of Lloyd's algorithm at most, from
/// centres placed as k-means++ has it (Arthur and Vassilvitskii 2007), which are drawn from step 0
/// of the stream (seed, component). A cluster may be empty. `codes` [n, size] are finite, n and
/// `clusters` at least 1.
std::vector<std::int64_t> code_clusters(MatrixView<const float> codes, std::int64_t clusters,
                                        std::uint64_t seed);

}  // namespace vgan
