// Which numbers of a table's row are scores, which choices, which flags; and how they are scaled.
#include "engine/encode/table_heads.hpp"

#include <cmath>

#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/encode/scaling.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// An id; numbers, some missing; a grid of three; a boolean; words, some missing; an odd number.
Trials mixed_trials() {
  std::string text = "No,x,grade,on,word,gap\n";
  for (int row = 0; row < 60; ++row) {
    text += std::to_string(row + 1) + "," + std::to_string(row * row) + ".5," +
            std::to_string(row % 3) + "," + std::to_string(row % 2) + "," +
            (row % 7 == 3   ? "NA"
             : row % 2 == 0 ? "red"
                            : "blue") +
            "," + (row % 5 == 4 ? "?" : std::to_string(1000 - row) + ".25") + "\n";
  }
  const TempDir folder;
  const Table table = read_table(write_file(folder.path() / "t.csv", text));
  return table_trials(table, infer_schema(table));
}

constexpr NetworkNumbers linear{-1.0, false};

}  // namespace

TEST_CASE("columns of a table are heads of a network", "[encode]") {
  const Trials trials = mixed_trials();
  const std::vector<Head> heads = heads_of(*trials.schema);
  const std::vector<std::pair<int, HeadKind>> want = {
      {1, HeadKind::number},  // x
      {3, HeadKind::choice},  // grade
      {1, HeadKind::flag},    // on
      {3, HeadKind::choice},  // word: two, and missing
      {1, HeadKind::number},  // gap
      {1, HeadKind::flag}};   // gap is missing
  REQUIRE(heads.size() == want.size());
  std::int32_t next = 0;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    INFO(i);
    CHECK(heads[i].first == next);
    CHECK(heads[i].size == want[i].first);
    CHECK(heads[i].kind == want[i].second);
    next += heads[i].size;
  }
  CHECK(next == trials.values_per_trial());
  CHECK(plain_columns(*trials.schema) ==
        std::vector<bool>{false, true, true, true, true, true, true, true, false, true});
}

TEST_CASE("the numbers of a table are scaled by their ranks, flags stay", "[encode]") {
  const Trials trials = mixed_trials();
  const std::int64_t size = trials.values_per_trial();
  for (const NetworkNumbers network : {linear, NetworkNumbers{-1.0, true}, {0.0, true}}) {
    const Scaling scaling = Scaling::fit(trials, {}, network);
    CHECK(scaling.text() == "2 columns by normal scores, 8 flags as they are");
    REQUIRE(scaling.curves().size() == static_cast<std::size_t>(size));
    const std::vector<float> numbers = scaling.encoded(trials);
    const auto& values = std::get<std::vector<double>>(trials.values);
    double least = HUGE_VAL, greatest = -HUGE_VAL;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto column = static_cast<std::int64_t>(i) % size;
      if (column == 0 || column == 8) {
        least = std::min<double>(least, numbers[i]);
        greatest = std::max<double>(greatest, numbers[i]);
      } else {
        REQUIRE(static_cast<double>(numbers[i]) == values[i]);
      }
      const double back = scaling.decode(numbers[i], column);
      REQUIRE(std::fabs(back - values[i]) <= 1e-3);
      REQUIRE(scaling.contains(values[i], column));
    }
    CHECK(std::fabs(least - (network.bounded ? network.low : -2.4)) <
          (network.bounded ? 1e-6 : 0.3));
    CHECK(std::fabs(greatest - (network.bounded ? 1.0 : 2.4)) < (network.bounded ? 1e-6 : 0.3));
    CHECK(scaling.low() == 0.0);
    CHECK(scaling.high() == 3481.5);
    CHECK_FALSE(scaling.contains(1000.5, 8));
    const Scaling again(scaling.curves(), network, plain_columns(*trials.schema));
    CHECK(again == scaling);
  }
}

TEST_CASE("the places of missing numbers do not count among the ranks", "[encode]") {
  const Trials trials = mixed_trials();
  const Scaling scaling = Scaling::fit(trials, {}, linear);
  std::vector<double> known;
  for (int row = 0; row < 60; ++row) {
    if (row % 5 != 4) known.push_back(1000.25 - row);
  }
  CHECK(scaling.curves()[8] == ScoreCurve::fit(known));
}

TEST_CASE("a table may be scaled by the ranges of its columns, flags stay", "[encode]") {
  const Trials trials = mixed_trials();
  const Scaling scaling = Scaling::fit(trials, {ScaleKind::column, ""}, {-1.0, true});
  CHECK(scaling.curves().empty());
  CHECK(scaling.encode(1.0, 2) == 1.0F);
  CHECK(scaling.encode(0.0, 2) == 0.0F);
  CHECK(scaling.encode(0.5, 0) == -1.0F);
  // Rows that are no table's may be scaled by scores too.
  Trials rows = trials;
  rows.schema.reset();
  CHECK(Scaling::fit(rows, {ScaleKind::scores, ""}, linear).curves().size() == 10);
  CHECK(Scaling::fit(rows, {}, linear).curves().empty());
}
