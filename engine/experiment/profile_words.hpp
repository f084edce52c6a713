// What the pictures of profiles say in words.
#pragma once

#include <string>

#include "engine/data/schema.hpp"
#include "engine/experiment/profile.hpp"
#include "engine/experiment/profile_question.hpp"
#include "engine/pictures/profile_plot.hpp"

namespace vgan {

/// A number, a date or which of the column's words, as it is written.
std::string value_text(double value, const ColumnSchema& column);
/// Words, and flags, whose places stand side by side.
bool is_marked(const ColumnSchema& column);
ProfilePlot::Axis axis_of(const ColumnSchema& column);
/// "profile = thin, speed from 5 to 20; other settings averaged over 200 rows of the model".
std::string profile_note(const ProfileQuestion& question, const Schema& schema,
                         const ProfileResult& result);

}  // namespace vgan
