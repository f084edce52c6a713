// A profile over two settings as a picture.
#pragma once

#include "engine/experiment/profile.hpp"
#include "engine/experiment/profile_question.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/pictures/heat_map.hpp"

namespace vgan {

/// The field of the outcome's mean over both settings, each place as wide as the others; up to 500
/// real rows, those of values that come again spread a little about their place.
HeatMap profile_heat_map(const ProfileRequest& request, const ProfileQuestion& question,
                         const GeneratorModel& model, const std::vector<CellPlace>& places,
                         const ProfileResult& result);

}  // namespace vgan
