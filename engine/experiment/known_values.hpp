// Known values of columns that were predicted, and how near the predictions are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/data/schema.hpp"
#include "engine/experiment/predict.hpp"

namespace vgan {

/// What stands for a word that the model does not know, in KnownValues.
inline constexpr double unknown_word = -1.0;

/// By Schema::columns, of each row its number or which of the column's words; NaN: nothing.
using KnownValues = std::map<std::size_t, std::vector<double>>;

/// The values that a table has of some columns.
struct ValuesOfTable {
  std::int64_t rows = 0;
  KnownValues values;  ///< empty where it has none of the columns
};
/// Reads the values of `columns` from the table `file`, which may lack some of them. Throws as
/// read_data_table.
ValuesOfTable read_values(const std::string& file, const Schema& schema,
                          const std::vector<std::size_t>& columns);

/// Reads the same where they are needed. Throws bad_data where the table has another number of
/// rows than `rows`, or none of the columns, and as read_data_table.
KnownValues read_known_values(const std::string& file, const Schema& schema,
                              const std::vector<std::size_t>& columns, std::int64_t rows);

/// Beside `known`, a value for each row; rows without a prediction or a known value are left out.
PredictResult::NumbersCheck check_of(const PredictResult::Numbers& predicted,
                                     const std::vector<double>& known);
/// `probability` is that of each row's known word.
PredictResult::WordsCheck check_of(const PredictResult::Words& predicted,
                                   const std::vector<double>& known,
                                   const std::vector<double>& probability,
                                   const ColumnSchema& column);

}  // namespace vgan
