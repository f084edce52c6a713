// Whether the values that rows give lie where the data do.
#pragma once

#include <memory>
#include <vector>

#include "engine/experiment/cell_predictor.hpp"
#include "engine/experiment/predict.hpp"
#include "engine/generate/given_rows.hpp"

namespace vgan {

/// Whether a number lies between the values that a column of few values has, of which the nearest
/// is what the network sees.
bool is_between(double number, const CellColumn& column);

/// Says the support of rows, by the rule of Support. The scores of drawn rows are found once for
/// each set of columns that rows show.
class RowSupport {
 public:
  /// The three arguments outlive it.
  RowSupport(const TableCells& cells, const std::vector<CellPlace>& places,
             CellPredictor& predictor);
  ~RowSupport();

  /// The support of each row of `given`.
  std::vector<Support> of(const GivenRows& given);

 private:
  class References;

  const TableCells& cells_;
  const std::vector<CellPlace>& places_;
  CellPredictor& predictor_;
  std::unique_ptr<References> references_;
};

}  // namespace vgan
