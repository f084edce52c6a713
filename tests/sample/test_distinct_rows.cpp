// Rows grouped by the cells that they show, against a map of them.
#include "engine/sample/distinct_rows.hpp"

#include <map>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// Rows of random cells, some of them shown.
struct Rows {
  std::int64_t count, columns;
  std::vector<std::int32_t> cells;
  std::vector<std::uint8_t> observed;

  Rows(std::int64_t rows, std::int64_t cols, std::size_t kinds, std::uint64_t seed)
      : count(rows), columns(cols) {
    Dice dice(seed);
    for (std::int64_t k = 0; k < rows * cols; ++k) {
      cells.push_back(static_cast<std::int32_t>(dice.roll(kinds)));
      observed.push_back(dice.roll(3) == 0 ? 0 : 1);
    }
  }
  MatrixView<const std::int32_t> cell_view() const {
    return {cells.data(), count, columns, columns};
  }
  MatrixView<const std::uint8_t> observed_view() const {
    return {observed.data(), count, columns, columns};
  }
  /// What row i shows: a cell that is hidden is -1.
  std::vector<std::int32_t> shown(std::int64_t i) const {
    std::vector<std::int32_t> all;
    for (std::int64_t j = 0; j < columns; ++j) {
      all.push_back(observed_view().row(i)[j] != 0 ? cell_view().row(i)[j] : -1);
    }
    return all;
  }
};

}  // namespace

TEST_CASE("rows are in one group where they show the same cells", "[engine][masked]") {
  DistinctRows distinct;  // one for all, as a sampler has it
  for (const auto& [rows, columns, kinds] :
       {std::tuple<std::int64_t, std::int64_t, std::size_t>{3000, 3, 4},
        {0, 2, 2},
        {1, 1, 1},
        {500, 40, 2},
        {2000, 2, 100000}}) {
    INFO(rows << " rows of " << columns << " columns, " << kinds << " cells");
    const Rows all(rows, columns, kinds, 5);
    const std::int64_t column = columns - 1;
    distinct.find(all.cell_view(), all.observed_view(), column);
    std::map<std::vector<std::int32_t>, std::int32_t> groups;
    std::vector<std::int64_t> firsts;
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::int32_t group = distinct.group_of()[static_cast<std::size_t>(i)];
      if (all.observed_view().row(i)[column] != 0) {
        REQUIRE(group == -1);
        continue;
      }
      const auto [place, added] =
          groups.try_emplace(all.shown(i), static_cast<std::int32_t>(groups.size()));
      if (added) firsts.push_back(i);
      REQUIRE(group == place->second);
    }
    CHECK(distinct.group_of().size() == static_cast<std::size_t>(rows));
    CHECK(distinct.count() == static_cast<std::int64_t>(groups.size()));
    CHECK(distinct.firsts() == firsts);
  }
}
