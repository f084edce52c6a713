// A profile as a picture.
#pragma once

#include "engine/experiment/profile.hpp"
#include "engine/experiment/profile_question.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/pictures/profile_plot.hpp"

namespace vgan {

/// What the picture of a profile has: of an outcome of numbers its mean and two bands, of flags and
/// words probabilities, of more words than have colours the most probable ones; of a setting of
/// more words than have room the most frequent ones. Real words are shown as their shares at a
/// place, or, of more than twelve places of numbers, in up to ten groups of neighbours. What it
/// leaves out is said in its note.
ProfilePlot profile_plot(const ProfileRequest& request, const ProfileQuestion& question,
                         const GeneratorModel& model, const std::vector<CellPlace>& places,
                         const ProfileResult& result);

}  // namespace vgan
