// A profile's numbers as a table.
#pragma once

#include <string>

#include "engine/data/schema.hpp"
#include "engine/experiment/profile.hpp"
#include "engine/experiment/profile_question.hpp"

namespace vgan {

/// A header and a line for each place, as a file `out` has them in the dialect of the model's table
/// (see dialect_for): the setting, or both, what `where` fixes, of an outcome of numbers NAME_mean,
/// NAME_median, NAME_low, NAME_high, NAME_q25 and NAME_q75, as predictions are written, of words
/// P(NAME=WORD) for each, and the support. A name that is there already has "_predicted" behind it.
/// Puts the number of columns into `result`.
std::string profile_text(const std::string& out, const ProfileQuestion& question,
                         const Schema& schema, ProfileResult& result);

}  // namespace vgan
