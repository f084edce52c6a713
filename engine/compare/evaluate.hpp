// How good virtual rows of a table are, beside real ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/dialect.hpp"

namespace vgan {

struct EvaluateRequest {
  std::string samples;  ///< a table of virtual rows
  std::string real;     ///< the table that they were learned from
  std::string test;     ///< real rows that they were not learned from; empty: a third of `real`
  std::string outcome;  ///< the column that the others predict; empty: the last
  DialectWish dialect;  ///< of all three files
  std::uint64_t seed = 1;
};

/// The figures of one set of rows, beside the held-out ones (docs/quality.md).
struct TableFigures {
  std::int64_t rows = 0;
  double shape = 0.0;             ///< column_shape, 1 at best
  double trend = 0.0;             ///< pair_trend, 1 at best
  double c2st = 0.0;              ///< two_sample_auc, 0.5 at best
  std::optional<double> utility;  ///< of trees learned from these rows; where there is an outcome
  /// The median distance to the closest training row over that of the held-out rows; where these
  /// have one.
  std::optional<double> dcr;
  double copies = 0.0;  ///< the share of rows that are copies of a training row
};

struct Evaluation {
  std::string samples, real, test;  ///< files; `test` is empty where `real` was divided
  std::uint64_t seed = 0;
  std::int64_t training_rows = 0, held_out_rows = 0;
  struct Column {
    std::string name;
    double shape = 0.0;  ///< of the samples
  };
  std::vector<Column> columns;  ///< those that are compared
  std::string outcome;          ///< a column's name; empty: what it holds can not be learned
  std::string score;            ///< of the outcome: "R2", "AUC", "accuracy"
  TableFigures virtual_rows;
  TableFigures training;           ///< a floor: real rows that were trained on
  TableFigures resampled;          ///< a floor: each value drawn from its column alone
  double held_out_copies = 0.0;    ///< the share of held-out rows that are copies of training rows
  std::vector<std::string> notes;  ///< what was done in reading that the user should know
};

/// Measures up to `most_evaluated_rows` of each file, and distances of up to
/// `most_evaluated_distances` rows of each, drawn by the seed: equal files and seeds give equal
/// figures. Columns that are ids, or hold nothing, are left out. Throws as read_table; bad_data for
/// files whose columns are not those of `real` and for fewer than 10 rows of any kind; bad_config
/// for an outcome that is not among the columns.
Evaluation evaluate(const EvaluateRequest& request);

inline constexpr std::int64_t most_evaluated_rows = 100000;
inline constexpr std::int64_t most_evaluated_distances = 2000;

}  // namespace vgan
