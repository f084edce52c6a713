// How the data's numbers stand to the network's, to and from a checkpoint.
#pragma once

#include <string>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/encode/scaling.hpp"
#include "engine/models/generator_model.hpp"

namespace vgan {

/// What the scales of data that are no bytes are saved as: F64 [1 or columns, 4]; or the curves of
/// scores, F64 [knots of all columns, 5]: column, value, score, and the first and the last score
/// that stands for the value.
inline constexpr const char* scaling_name = "scaling";
inline constexpr const char* scores_name = "scores";
/// Puts the scaling into a checkpoint; that of bytes goes without saying.
void save_scaling(const Scaling& scaling, Checkpoint& checkpoint);

/// The scaling of a model whose shape and schema are read already, and whose network ends in
/// `activation`. Throws bad_data where the file has none, or one of other columns.
Scaling read_scaling(const Checkpoint& checkpoint, const GeneratorModel& model,
                     Activation activation, const std::string& origin);

}  // namespace vgan
