// The real rows that stand beside a profile.
#pragma once

#include <string>
#include <vector>

#include "engine/experiment/profile_question.hpp"
#include "engine/models/generator_model.hpp"

namespace vgan {

/// Reads the rows of the table `file` that have both the setting and the outcome and meet what is
/// fixed and held to ranges: of words the word, of numbers the number, of measured ones one of its
/// cell of quantiles, which to the model is no other. A row that lacks a value of another column
/// cannot be judged by it and stays. Says in `notes` which columns the file lacks, and how many
/// rows are left out. Throws bad_data where it lacks the setting or the outcome, and as
/// read_data_table.
ProfileResult::Real real_points(const std::string& file, const ProfileQuestion& question,
                                const GeneratorModel& model, const std::vector<CellPlace>& places,
                                std::vector<std::string>& notes);

}  // namespace vgan
