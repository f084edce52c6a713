// Predictions as a table.
#pragma once

#include <string>

#include "engine/data/schema.hpp"
#include "engine/experiment/predict.hpp"
#include "engine/generate/given_rows.hpp"

namespace vgan {

/// Writes a header and a line for each row to `out`, in the dialect of the model's table (see
/// dialect_for): the given columns as they stood in their file; of each column of numbers the mean,
/// the median and the ends of the interval, with three decimals more than the column has, and dates
/// in its format; of each column of words the word and its probability; and the support. A
/// name that is there already has "_predicted" behind it. Puts the number of columns into `result`.
/// Throws io.
void write_predictions(const std::string& out, const GivenRows& given, const Schema& schema,
                       PredictResult& result);

}  // namespace vgan
