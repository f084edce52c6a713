// Trials that are rows of columns, as the measures of tables see them.
#pragma once

#include "engine/data/trials.hpp"
#include "engine/metrics/measured_rows.hpp"

namespace vgan {

/// The rows of a table: the columns that its schema has drawn, with what their cells have. Rows of
/// numbers without a table are columns of numbers, "column_1" and on. Throws internal for trials
/// that are no rows.
MeasuredRows rows_of_trials(const Trials& rows);

}  // namespace vgan
