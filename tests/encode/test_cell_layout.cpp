// Where the cells of a table lie in a network's input and output, and parts of cells.
#include "engine/encode/cell_layout.hpp"

#include <cmath>

#include "engine/encode/cell_rows.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/masked_run.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("the layout of cells covers input and output, column by column", "[encode][cells]") {
  const Trials trials = table_of(known_table(500));
  const TableCells cells = TableCells::fit(trials);
  const CellLayout layout = CellLayout::of(cells, *trials.schema);
  REQUIRE(layout.columns() == 4);
  std::int64_t features = 0, places = 0;
  std::size_t numbers = 0;
  for (std::size_t j = 0; j < 4; ++j) {
    const CellFeatures own = cell_features(cells.columns()[j]);
    CHECK(layout.inputs[j].first == features);
    CHECK(static_cast<std::size_t>(layout.inputs[j].width) == own.width);
    CHECK(static_cast<std::size_t>(layout.inputs[j].table) == numbers);
    for (std::size_t i = 0; i < own.numbers.size(); ++i) {
      REQUIRE(layout.tables[numbers + i] == own.numbers[i]);
    }
    CHECK(layout.heads[j].first == places);
    CHECK(static_cast<std::size_t>(layout.heads[j].size) == cells.columns()[j].size());
    features += layout.inputs[j].width;
    places += layout.heads[j].size;
    numbers += own.numbers.size();
  }
  CHECK(layout.features == features);
  CHECK(layout.cells == places);
  CHECK(layout.tables.size() == numbers);
  // Settings and words have one right answer, measurements also those near by.
  CHECK(layout.heads[0].smoothed == 0);
  CHECK(layout.heads[1].smoothed == 0);
  CHECK(layout.heads[2].smoothed == layout.heads[2].size);
  // The last column is the outcome, and is drawn last.
  CHECK(layout.order.back() == 3);
  CHECK(layout.outcomes == 1);
}

TEST_CASE("the targets of a smoothed cell add up to 1", "[encode][cells]") {
  const Trials trials = table_of(known_table(500));
  const CellLayout layout = CellLayout::of(TableCells::fit(trials), *trials.schema);
  for (const math::CellHead& head : layout.heads) {
    for (std::int32_t t = 0; t < head.smoothed; ++t) {
      double sum = 0.0;
      for (std::int32_t other = 0; other < head.smoothed; ++other) {
        sum += static_cast<double>(layout.bell[static_cast<std::size_t>(std::abs(other - t))]) *
               static_cast<double>(layout.inverse_sums[static_cast<std::size_t>(head.first + t)]);
      }
      REQUIRE(sum == Approx(1.0).margin(1e-5));
    }
  }
}

TEST_CASE("all rows are encoded as one by one", "[encode][cells]") {
  const Trials trials = table_of(known_table(100));
  const TableCells cells = TableCells::fit(trials);
  const std::vector<std::int32_t> all = encode_cells(cells, trials);
  REQUIRE(all.size() == 400);
  const auto& numbers = std::get<std::vector<double>>(trials.values);
  const std::size_t width = cells.numbers();
  for (std::size_t row = 0; row < 100; ++row) {
    std::vector<std::int32_t> own(4);
    cells.encode(std::span(numbers).subspan(row * width, width), own);
    REQUIRE(std::equal(own.begin(), own.end(), all.begin() + static_cast<std::ptrdiff_t>(4 * row)));
  }
}

TEST_CASE("the part of a cell between two numbers gives numbers between them", "[encode][cells]") {
  const Trials trials = table_of(known_table(2000));
  const TableCells cells = TableCells::fit(trials);
  const CellColumn& x = cells.columns()[2];
  REQUIRE(x.kind() == CellColumn::Kind::quantile);
  std::vector<double> row(cells.numbers());
  const auto number = [&](std::size_t cell, double u) {
    x.put(cell, u, row);
    return row[static_cast<std::size_t>(x.head().first)];
  };
  int whole = 0, cut = 0, none = 0;
  for (std::size_t cell = 0; cell < x.size(); ++cell) {
    const double low = 3.0, high = 5.5;
    const double first = x.members(cell).front(), last = x.members(cell).back();
    const auto part = x.part_between(cell, low, high);
    CHECK(part.has_value() == (first <= high && last >= low));
    if (!part) {
      ++none;
      continue;
    }
    CHECK(part->from >= 0.0);
    CHECK(part->to <= 1.0);
    CHECK(number(cell, part->from) >= std::max(low, first) - 1e-9);
    CHECK(number(cell, part->to) <= std::min(high, last) + 1e-9);
    const bool inside = first >= low && last <= high;
    (inside ? whole : cut) += 1;
    // The part is as large as can be: beyond it lies what is out of range.
    if (last > high) CHECK(number(cell, part->to) == Approx(high).margin(1e-6));
    if (first < low) CHECK(number(cell, part->from) == Approx(low).margin(1e-6));
    if (inside) CHECK(part->to - part->from == Approx(1.0));
  }
  CHECK(whole > 0);
  CHECK(cut > 0);
  CHECK(none > 0);
  // Of a grid a value is in the range or not.
  const CellColumn& dose = cells.columns()[0];
  CHECK_FALSE(dose.part_between(0, 1.5, 3.0));
  CHECK(dose.part_between(1, 1.5, 3.0));
  CHECK(dose.part_between(2, 1.5, 3.0));
}
