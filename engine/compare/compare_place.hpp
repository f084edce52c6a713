// What a comparison needs before its first model: the trials, split, and a folder.
#pragma once

#include <filesystem>

#include "engine/compare/compare.hpp"
#include "engine/data/trials.hpp"

namespace vgan {

/// The data, split: the last tenth, at most 10,000 trials, is held out.
struct Split {
  Trials training, held_out;
  double share = 0.0;  ///< of `held_out`
};

/// Throws bad_data for fewer than 100 trials, and as open_trials.
Split open_split(const CompareRequest& request);

/// The folder `wanted`, or the next free runs/compare-NNNN where it is empty; makes it. Throws
/// bad_config where it holds something, io where the system refuses.
std::filesystem::path claim_comparison_folder(const std::filesystem::path& wanted);

/// Writes trials as the array that reads back as the same, Trials::array_shape.
void write_trials(const std::filesystem::path& path, const Trials& trials);

}  // namespace vgan
