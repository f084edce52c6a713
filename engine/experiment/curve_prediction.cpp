#include "engine/experiment/curve_prediction.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/sorted_quantile.hpp"
#include "engine/encode/cell_distribution.hpp"

namespace vgan {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t curve_seed = 1;

using Samples = std::vector<PredictResult::Numbers>;

void put_means(const CurveScores& curve, const TableCells& cells, const GivenRows& given,
               std::span<const std::int64_t> rows, CellPredictor& predictor, Samples& samples) {
  std::vector<std::vector<double>> means(static_cast<std::size_t>(given.rows()));
  for (const std::int64_t row : rows) means[static_cast<std::size_t>(row)].resize(cells.numbers());
  for (std::size_t j = 0; j < cells.columns().size(); ++j) {
    const CellColumn& column = cells.columns()[j];
    const auto number = static_cast<std::size_t>(column.head().first);
    if (!curve.has(number)) continue;
    predictor.predict(
        rows, j, showing(given), [&](std::int64_t row, std::span<const float> shares) {
          means[static_cast<std::size_t>(row)][number] = CellDistribution(column, shares).mean();
        });
  }
  for (const std::int64_t row : rows) {
    const auto at = static_cast<std::size_t>(row);
    curve.to_curve(means[at]);
    for (std::size_t t = 0; t < samples.size(); ++t) {
      samples[t].mean[at] = means[at][curve.first() + t];
    }
  }
}

void put_quantiles(const CurveScores& curve, const TableCells& cells, const GivenRows& given,
                   std::span<const std::int64_t> rows, double level, CellPredictor& predictor,
                   Samples& samples) {
  CellRequest request;
  request.seed = curve_seed;
  request.count = curves_of_row;
  std::int64_t now = 0;  // the row that curves are drawn for, each by the same random numbers
  request.given = [&](std::uint64_t, HostCells of_rows, HostObserved observed) {
    for (std::int64_t i = 0; i < of_rows.rows; ++i) {
      given.put(now, {of_rows.row(i), cells.columns().size()},
                {observed.row(i), cells.columns().size()});
    }
  };
  std::vector<std::vector<double>> drawn(samples.size());  // of each sample, for one row
  std::vector<double> numbers(cells.numbers());
  const auto finish = [&](std::size_t row) {
    for (std::size_t t = 0; t < samples.size(); ++t) {
      std::sort(drawn[t].begin(), drawn[t].end());
      samples[t].median[row] = sorted_quantile(drawn[t], 0.5);
      samples[t].low[row] = sorted_quantile(drawn[t], 0.5 * (1.0 - level));
      samples[t].high[row] = sorted_quantile(drawn[t], 0.5 * (1.0 + level));
      drawn[t].clear();
    }
  };
  for (const std::int64_t row : rows) {
    now = row;
    predictor.draw(request, [&](std::uint64_t, MatrixView<const std::int32_t> of_rows,
                                MatrixView<const float> places) {
      for (std::int64_t i = 0; i < of_rows.rows; ++i) {
        cells.decode({of_rows.row(i), cells.columns().size()},
                     {places.row(i), cells.columns().size()}, numbers);
        for (std::size_t t = 0; t < samples.size(); ++t) {
          drawn[t].push_back(numbers[curve.first() + t]);
        }
      }
    });
    finish(static_cast<std::size_t>(row));
  }
}

}  // namespace

std::vector<PredictResult::Numbers> predict_curve(const CurveScores& curve,
                                                  const GeneratorModel& model,
                                                  const GivenRows& given,
                                                  std::span<const std::int64_t> rows, double level,
                                                  CellPredictor& predictor) {
  const std::vector<double> none(static_cast<std::size_t>(given.rows()), no_value);
  const CurveColumns columns = columns_of(curve, *model.schema);
  Samples samples;
  for (std::size_t column = columns.first; column < columns.end; ++column) {
    samples.push_back({model.schema->columns[column].name, none, none, none, none});
  }
  put_means(curve, *model.cells, given, rows, predictor, samples);
  put_quantiles(curve, *model.cells, given, rows, level, predictor, samples);
  return samples;
}

}  // namespace vgan
