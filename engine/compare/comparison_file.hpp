// comparison.json: a comparison for programs, and for going on with it.
#pragma once

#include <filesystem>
#include <vector>

#include "engine/compare/compare.hpp"

namespace vgan {

/// Writes comparison.json into the comparison's folder. Throws io.
void write_comparison_file(const Comparison& comparison);

/// What is needed to go on.
struct ComparisonSoFar {
  ComparePlan plan;
  std::vector<ComparedModel> models;  ///< those that are done, without their pictures
};

/// Reads comparison.json of `folder`. Throws bad_config where there is none, io where it cannot be
/// read, bad_data where it is not one that this program wrote.
ComparisonSoFar read_comparison_file(const std::filesystem::path& folder);

}  // namespace vgan
