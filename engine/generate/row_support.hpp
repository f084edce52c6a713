// Whether the values that rows give lie where the data do.
#pragma once

#include <vector>

#include "engine/generate/cell_predictor.hpp"
#include "engine/generate/given_rows.hpp"
#include "engine/generate/predict.hpp"

namespace vgan {

/// Whether a number lies between the values that a column of few values has, of which the nearest
/// is what the network sees.
bool is_between(double number, const CellColumn& column);

/// The support of each row of `given`, by the rule of Support.
std::vector<Support> support_of(const GivenRows& given, const TableCells& cells,
                                const std::vector<CellPlace>& places, CellPredictor& predictor);

}  // namespace vgan
