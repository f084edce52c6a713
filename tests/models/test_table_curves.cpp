// Which curves of a table become scores of components, and what comes back of them.
#include "engine/models/table_curves.hpp"

#include <cmath>

#include "engine/encode/cell_rows.hpp"
#include "engine/encode/table_cells.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/curve_table.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

std::vector<double> row_of(const Trials& trials, std::size_t i) {
  const auto width = static_cast<std::size_t>(trials.shape.size());
  std::vector<double> row(width);
  std::visit(
      [&](const auto& values) {
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i * width), width, row.begin());
      },
      trials.values);
  return row;
}

// The mean squared difference of neighbours of a curve.
double roughness(std::span<const double> curve) {
  double sum = 0.0;
  for (std::size_t t = 1; t < curve.size(); ++t) {
    sum += (curve[t] - curve[t - 1]) * (curve[t] - curve[t - 1]);
  }
  return sum / static_cast<double>(curve.size() - 1);
}

std::string noise_table(int rows, int columns, const std::string& first = "") {
  Dice dice(3);
  std::string text = "a";
  for (int t = 0; t < columns; ++t)
    text += ",t_0" + std::string(t < 10 ? "0" : "") + std::to_string(t);
  text += "\n";
  for (int i = 0; i < rows; ++i) {
    text += std::to_string(i % 7) + ".5";
    for (int t = 0; t < columns; ++t) {
      text += i == 4 && t == 2 && !first.empty() ? "," + first
                                                 : "," + std::to_string(normal_roll(dice));
    }
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("a curve of three shapes and noise has three components", "[models][curves]") {
  const Trials trials = table_of(curve_table(800));
  const TableCurves found = table_curves(trials);
  REQUIRE(found.scores.size() == 1);
  const CurveScores& curve = found.scores[0];
  CHECK(curve.first() == 3);
  CHECK(curve.count() == 60);
  CHECK(curve.size() == 3);
  REQUIRE(found.notes.size() == 1);
  CHECK(found.notes[0].first == "w_*");
  CHECK_THAT(found.notes[0].second, ContainsSubstring("60 columns as 3 principal components, 99."));
  CHECK(fits_schema(curve, *trials.schema));
  CHECK(curve_at(found.scores, *trials.schema, 2) == nullptr);
  CHECK(curve_at(found.scores, *trials.schema, 3) == &curve);
  CHECK(curve_at(found.scores, *trials.schema, 62) == &curve);
  CHECK(curve_text(curve, *trials.schema) == "the curve 'w_00' to 'w_59'");
}

TEST_CASE("curves come back from their scores but for the noise, with noise as rough",
          "[models][curves]") {
  const Trials trials = table_of(curve_table(800));
  const CurveScores curve = table_curves(trials).scores.at(0);
  double error = 0.0, rough = 0.0, made_rough = 0.0;
  for (std::size_t i = 0; i < 800; ++i) {
    const std::vector<double> row = row_of(trials, i);
    std::vector<double> made = row;
    curve.to_scores(made);
    CHECK(made[0] == row[0]);
    for (std::size_t t = curve.size(); t < 60; ++t) CHECK(made[3 + t] == 0.0);
    curve.to_curve(made, i * 7919);
    CHECK(made[2] == row[2]);
    for (int t = 0; t < 60; ++t) {
      const auto at = static_cast<std::size_t>(3 + t);
      const double truth = curve_at_settings(row[0], row[1], t);
      error += (made[at] - truth) * (made[at] - truth) / (800.0 * 60.0);
    }
    rough += roughness(std::span(row).subspan(3, 60)) / 800.0;
    made_rough += roughness(std::span(made).subspan(3, 60)) / 800.0;
  }
  CHECK(std::sqrt(error) == Approx(curve_noise).epsilon(0.05));
  CHECK(made_rough == Approx(rough).epsilon(0.05));
}

TEST_CASE("a curve without noise comes back exactly", "[models][curves]") {
  const Trials trials = table_of(curve_table(300, 2, 0.0));
  const CurveScores curve = table_curves(trials).scores.at(0);
  std::vector<double> row = row_of(trials, 17), made = row;
  curve.to_scores(made);
  curve.to_curve(made, 0);
  for (std::size_t j = 0; j < row.size(); ++j) CHECK(made[j] == Approx(row[j]).margin(3e-4));
}

TEST_CASE("curves that components do not suit keep their columns, and it is said why",
          "[models][curves]") {
  const auto reason = [](const Trials& trials) {
    const TableCurves found = table_curves(trials);
    CHECK(found.scores.empty());
    REQUIRE(found.notes.size() == 1);
    return found.notes[0].second;
  };
  CHECK_THAT(reason(table_of(noise_table(200, 20))),
             ContainsSubstring("20 columns, each by itself: up to 10 principal components hold"));
  CHECK_THAT(reason(table_of(noise_table(200, 20, "NA"))),
             ContainsSubstring("'t_002' has missing values"));
  CHECK_THAT(reason(table_of(curve_table(5))), ContainsSubstring("there are few rows"));
  Trials trials = table_of(curve_table(100));
  const auto width = static_cast<std::size_t>(trials.shape.size());
  std::get<std::vector<double>>(trials.values)[7 * width + 12] = -9999.0;
  CHECK_THAT(reason(trials), ContainsSubstring("has -9999, far from all other numbers"));
  trials = table_of(curve_table(100));
  trials.schema->columns[10].role = ColumnRole::condition;
  CHECK_THAT(reason(trials), ContainsSubstring("their roles differ"));
  trials = table_of(curve_table(100));
  trials.schema->constraints.orders.push_back({0, 5, false});
  CHECK_THAT(reason(trials), ContainsSubstring("a constraint is about 'w_02'"));
}

TEST_CASE("cells of a table with a curve are those of its scores", "[models][curves]") {
  const Trials trials = table_of(curve_table(400));
  const std::vector<CurveScores> curves = table_curves(trials).scores;
  const TableCells cells = TableCells::fit(trials, curves);
  REQUIRE(cells.columns().size() == 6);
  CHECK(cells.numbers() == 63);
  for (std::size_t s = 0; s < 3; ++s) {
    CHECK(cells.columns()[3 + s].kind() == CellColumn::Kind::quantile);
    CHECK(cells.columns()[3 + s].head().first == static_cast<std::int32_t>(3 + s));
  }
  const std::vector<std::int32_t> all = encode_cells(cells, trials);
  std::vector<float> places(all.size(), 0.5F);
  std::vector<double> rows;
  decode_cells(cells, {all.data(), 400, 6, 6}, {places.data(), 400, 6, 6}, rows);
  double error = 0.0;
  for (std::size_t i = 0; i < 400; ++i) {
    const std::vector<double> row = row_of(trials, i);
    for (std::size_t t = 3; t < 63; ++t) {
      error += (rows[i * 63 + t] - row[t]) * (rows[i * 63 + t] - row[t]) / (400.0 * 60.0);
    }
  }
  // Cells are narrow beside the noise, which is another row's.
  CHECK(std::sqrt(error) < 2.0 * curve_noise);
}
