// The parts of a run's report. Each writes nothing where there is nothing to say.
#pragma once

#include "engine/report/html.hpp"
#include "engine/report/run_study.hpp"

namespace vgan {

void write_summary(Html& html, const RunStudy& study);  ///< what, how good, whether to trust it
void write_samples_over_time(Html& html, const RunStudy& study);
void write_measures(Html& html, const RunStudy& study);       ///< between their floors
void write_training(Html& html, const RunStudy& study);       ///< over epochs
void write_table_columns(Html& html, const RunStudy& study);  ///< of rows
void write_table_pairs(Html& html, const RunStudy& study);
void write_outcome(Html& html, const RunStudy& study);
void write_curves(Html& html, const RunStudy& study);
void write_neighbours(Html& html, const RunStudy& study);
void write_events(Html& html, const RunStudy& study);  ///< alarms, changes, what is missing
void write_repeat(Html& html, const RunStudy& study);  ///< environment, settings, commands

}  // namespace vgan
