// Samples in the data's units as trials of the data's kind.
#include <cmath>
#include <limits>

#include "engine/base/error.hpp"
#include "engine/data/table.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/quality/evaluator.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

TEST_CASE("sample trials: bytes are rounded and held to their range", "[quality]") {
  Trials outline;
  outline.shape = {1, 2, 1};
  const Trials made = sample_trials(outline, {0.4, 254.6, -3.0, 300.0});
  CHECK(made.count == 2);
  CHECK(std::get<std::vector<std::uint8_t>>(made.values) ==
        std::vector<std::uint8_t>{0, 255, 0, 255});
  CHECK_NOTHROW(made.require_consistent());
}

TEST_CASE("sample trials: floats that stood for whole numbers stay whole", "[quality]") {
  Trials outline;
  outline.shape = {1, 2, 1, TrialKind::curve};
  outline.values = std::vector<float>();
  outline.low = -5.0;
  outline.high = 5.0;
  const Trials floats = sample_trials(outline, {0.4, 7.5});
  CHECK(std::get<std::vector<float>>(floats.values) == std::vector<float>{0.4F, 7.5F});
  CHECK_NOTHROW(floats.require_consistent());
  outline.file_type = ValueType::i8;
  const Trials whole = sample_trials(outline, {0.6, -200.0});
  CHECK(std::get<std::vector<float>>(whole.values) == std::vector<float>{1.0F, -128.0F});
}

TEST_CASE("sample trials: rows of a table have what its cells can have", "[quality]") {
  Table table;
  table.source = "t.csv";
  table.rows = 4;
  table.columns.resize(2);
  table.columns[0].name = "x";
  table.columns[0].numbers = {0.11, 0.52, 0.93, 0.75};
  table.columns[0].style.most_decimals = 2;
  table.columns[1].name = "kind";
  table.columns[1].numeric = false;
  table.columns[1].words = {"a", "b"};
  table.columns[1].cells = {0, 1, 0, 1};
  const Trials outline = table_trials(table, infer_schema(table)).outline();
  const Trials made = sample_trials(outline, {0.503, 0.2, 0.7, 3.0, 0.9, 0.1});
  const auto& values = std::get<std::vector<double>>(made.values);
  CHECK(values == std::vector<double>{0.5, 0.0, 1.0, 0.93, 1.0, 0.0});
}

TEST_CASE("sample trials: numbers that are none are refused", "[quality]") {
  Trials outline;
  outline.shape = {1, 2, 1};
  CHECK_THROWS_AS(sample_trials(outline, {1.0, std::numeric_limits<double>::quiet_NaN()}), Error);
  CHECK_THROWS_AS(sample_trials(outline, {1.0, 2.0, 3.0}), Error);
  CHECK_THROWS_AS(sample_trials(outline, {}), Error);
}
