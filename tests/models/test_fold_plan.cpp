// How the rows of a model over cells are cut into folds, and what its networks are called.
#include "engine/models/fold_plan.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "tests/support/catch.hpp"

using namespace vgan;

TEST_CASE("folds hold every row once, and differ in size by one at most", "[models][folds]") {
  for (const std::int64_t rows : {4, 5, 103, 1000}) {
    for (const std::int64_t folds : {2, 3, 4}) {
      INFO(rows << " rows, " << folds << " folds");
      const FoldPlan plan = FoldPlan::of(rows, folds, 7);
      std::vector<std::int64_t> sorted = plan.order;
      std::sort(sorted.begin(), sorted.end());
      std::vector<std::int64_t> all(static_cast<std::size_t>(rows));
      std::iota(all.begin(), all.end(), std::int64_t{0});
      CHECK(sorted == all);
      REQUIRE(plan.ends.size() == static_cast<std::size_t>(folds));
      CHECK(plan.ends.back() == rows);
      for (std::size_t k = 0; k < plan.ends.size(); ++k) {
        CHECK(plan.size(k) >= rows / folds);
        CHECK(plan.size(k) <= rows / folds + 1);
      }
    }
  }
  CHECK(FoldPlan::of(100, 4, 1).order != FoldPlan::of(100, 4, 2).order);
}

TEST_CASE("the piece behind a fold holds all rows but that fold's", "[models][folds]") {
  constexpr std::int64_t rows = 23;
  const FoldPlan plan = FoldPlan::of(rows, 4, 3);
  for (std::size_t k = 0; k < plan.ends.size(); ++k) {
    std::set<std::int64_t> seen;
    for (std::int64_t i = 0; i < rows - plan.size(k); ++i) {
      REQUIRE(plan.ends[k] + i < plan.length());
      seen.insert(plan.row_at(plan.ends[k] + i));
    }
    for (std::int64_t i = plan.first(k); i < plan.ends[k]; ++i) {
      seen.insert(plan.order[static_cast<std::size_t>(i)]);
    }
    CHECK(seen.size() == rows);
  }
  const FoldPlan whole = FoldPlan::of(rows, 0, 3);
  CHECK(whole.length() == rows);
  CHECK(whole.ends.empty());
  for (std::int64_t i = 0; i < rows; ++i) CHECK(whole.row_at(i) == i);
}

TEST_CASE("networks have names and seeds of their own", "[models][folds]") {
  TrainConfig config;
  CHECK(network_names(config) == std::vector<std::string>{"g"});
  config.folds = 3;
  CHECK(network_names(config) == std::vector<std::string>{"g", "g2", "g3"});
  CHECK(network_names(config, true) == std::vector<std::string>{"g_ema", "g2_ema", "g3_ema"});
  CHECK(network_seed(5, 0) == 5);
  CHECK(network_seed(5, 1) != network_seed(5, 2));
}

TEST_CASE("no network of folds learns more rows than all but the smallest fold",
          "[models][folds]") {
  TrainConfig config;
  CHECK(rows_of_network(config, 103) == 103);
  for (const std::int64_t rows : {4, 5, 103, 1000}) {
    for (config.folds = 2; config.folds <= 4; ++config.folds) {
      const FoldPlan plan = FoldPlan::of(rows, config.folds, 7);
      std::int64_t most = 0;
      for (std::size_t k = 0; k < plan.ends.size(); ++k) most = std::max(most, rows - plan.size(k));
      CHECK(rows_of_network(config, rows) == most);
    }
  }
}
