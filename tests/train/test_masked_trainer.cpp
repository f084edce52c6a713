// A model over the cells of a table in memory: exact resume, threads, rows that follow the truth.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/cell_drawer.hpp"
#include "tests/support/masked_run.hpp"
#include "tests/support/same_tensors.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

Checkpoint trained(const TrainConfig& config, const Trials& rows, std::uint64_t epochs) {
  Trainer trainer(config, rows);
  while (trainer.epoch() < epochs) trainer.train_epoch();
  return trainer.checkpoint();
}

/// A trained model of the known table, made once for all cases.
struct KnownModel {
  Trials rows = table_of(known_table(1500));
  std::vector<double> drawn;
  Checkpoint checkpoint;

  KnownModel() {
    TrainConfig config = small_masked_config();
    config.epochs = 2000;
    config.batch = 128;
    config.g_layers = {64, 64};
    Trainer trainer(config, rows);
    trainer.train(config.epochs, [](const StepReport&) { return true; });
    drawn = trainer.sample_values(4000, 5);
    checkpoint = trainer.checkpoint();
  }
};

const KnownModel& known_model() {
  static const KnownModel model;
  return model;
}

// What a row says: the numbers of encoded_columns are dose 1..4 as choices, kind as a choice of two
// words in the order of their first rows, x, y.
struct Row {
  int dose;
  bool red;
  double x, y;
};

std::vector<Row> rows_of(const Trials& trials, const std::vector<double>& numbers) {
  const Schema& schema = *trials.schema;
  const bool red_first = schema.columns[1].words.at(0) == "red";
  const auto width = static_cast<std::size_t>(schema.encoded_size());
  std::vector<Row> rows;
  for (std::size_t at = 0; at < numbers.size(); at += width) {
    const double* row = numbers.data() + at;
    const auto dose = static_cast<int>(std::max_element(row, row + 4) - row) + 1;
    rows.push_back({dose, (row[4] > 0.5) == red_first, row[6], row[7]});
  }
  return rows;
}

/// A sampler with the weights of the known model.
struct KnownSampler : CellDrawer {
  KnownSampler() : CellDrawer(known_model().checkpoint) {}
};

}  // namespace

// Each with what makes a step depend on what came before it, or on the step's number.
TEST_CASE("stopping and resuming a masked run changes nothing, bit for bit", "[engine][masked]") {
  const Trials rows = table_of(known_table(300));
  struct Case {
    const char* what;
    void (*change)(TrainConfig&);
  };
  const Case cases[] = {{"the preset", [](TrainConfig&) {}},
                        {"half left out", [](TrainConfig& c) { c.dropout = 0.5; }},
                        {"every step clipped", [](TrainConfig& c) { c.clip = 0.05; }},
                        {"a short average", [](TrainConfig& c) { c.ema = 0.5; }},
                        {"no average", [](TrainConfig& c) { c.ema = 0.0; }},
                        {"in the warmup, with decay", [](TrainConfig& c) {
                           c.warmup = 15;
                           c.weight_decay = 0.3;
                         }}};
  const Checkpoint preset = trained(small_masked_config(), rows, 20);
  for (const Case& one : cases) {
    INFO(one.what);
    TrainConfig config = small_masked_config();
    one.change(config);
    const Checkpoint whole = trained(config, rows, 20);
    const Checkpoint part = trained(config, rows, 7);
    Trainer resumed(config, rows);
    resumed.restore(part);
    CHECK(resumed.epoch() == 7);
    while (resumed.epoch() < 20) resumed.train_epoch();
    CHECK(same_tensors(resumed.checkpoint(), whole));
    CHECK_FALSE(same_tensors(part, whole));
    // What is changed is at work.
    CHECK(same_tensors(whole, preset) == (&one == &cases[0]));
  }
}

TEST_CASE("a masked run does not depend on the number of threads", "[engine][masked]") {
  const Trials rows = table_of(known_table(600));
  TrainConfig config = small_masked_config();
  config.batch = 300;
  config.g_layers = {150, 150};
  config.threads = 1;
  const Checkpoint one = trained(config, rows, 6);
  for (const int threads : {2, 3}) {
    config.threads = threads;
    CHECK(same_tensors(trained(config, rows, 6), one));
  }
}

TEST_CASE("rows of a masked model follow the table's truth", "[engine][masked]") {
  const std::vector<Row> rows = rows_of(known_model().rows, known_model().drawn);
  REQUIRE(rows.size() == 4000);
  std::map<int, double> doses, reds, sums, squares;
  double offset_red = 0.0, offset_blue = 0.0, reds_in_all = 0.0;
  for (const Row& row : rows) {
    doses[row.dose] += 1;
    reds[row.dose] += row.red ? 1 : 0;
    sums[row.dose] += row.x;
    squares[row.dose] += row.x * row.x;
    (row.red ? offset_red : offset_blue) += row.y - row.x;
    reds_in_all += row.red ? 1 : 0;
  }
  for (int dose = 1; dose <= 4; ++dose) {
    INFO("dose " << dose);
    const double count = doses[dose];
    CHECK(count / 4000.0 == Approx(0.25).margin(0.04));
    CHECK(reds[dose] / count == Approx(dose / 5.0).margin(0.07));
    const double mean = sums[dose] / count;
    CHECK(mean == Approx(2.0 * dose).margin(0.2));
    CHECK(std::sqrt(squares[dose] / count - mean * mean) == Approx(1.0).margin(0.2));
  }
  CHECK(offset_red / reds_in_all == Approx(4.0).margin(0.2));
  CHECK(offset_blue / (4000.0 - reds_in_all) == Approx(0.0).margin(0.2));
}

TEST_CASE("rows are the same in whatever parts they are drawn", "[engine][masked]") {
  KnownSampler known;
  CellRequest request;
  request.seed = 9;
  request.count = 2500;
  const std::vector<std::int32_t> all = known.draw(request);
  const auto columns = static_cast<std::size_t>(known.layout.columns());
  for (const auto& [first, count] :
       {std::pair<std::uint64_t, std::uint64_t>{0, 1}, {255, 2}, {1000, 600}, {2499, 1}}) {
    INFO(first << " + " << count);
    request.first = first;
    request.count = count;
    const std::vector<std::int32_t> part = known.draw(request);
    REQUIRE(part.size() == count * columns);
    CHECK(std::equal(part.begin(), part.end(),
                     all.begin() + static_cast<std::ptrdiff_t>(first * columns)));
  }
}

TEST_CASE("rows that show the same cells, seen once, are those of each seen by itself",
          "[engine][masked]") {
  KnownSampler known;
  const auto cells = static_cast<std::size_t>(known.layout.cells);
  CellRequest plain;
  plain.seed = 11;
  plain.first = 77;
  plain.count = 5000;
  CellRequest warm = plain;
  warm.temperatures.assign(4, 1.5);
  CellRequest given = plain;
  given.given = [](std::uint64_t first, HostCells at, HostObserved observed) {
    for (std::int64_t i = 0; i < at.rows; ++i) {
      const std::int64_t column = static_cast<std::int64_t>(first) + i;
      at.row(i)[column % 4] = static_cast<std::int32_t>(column % 2);
      observed.row(i)[column % 4] = 1;
    }
  };
  // Pairs of x and y, of which there are more than the network sees at once.
  CellRequest pairs = plain;
  const std::int32_t of_x = known.layout.heads[2].size, of_y = known.layout.heads[3].size;
  REQUIRE(std::int64_t{of_x} * of_y > CellSampler::block_rows(*known.backend));
  pairs.given = [&](std::uint64_t first, HostCells at, HostObserved observed) {
    for (std::int64_t i = 0; i < at.rows; ++i) {
      const std::int64_t row = static_cast<std::int64_t>(first) + i;
      at.row(i)[2] = static_cast<std::int32_t>(row % of_x);
      at.row(i)[3] = static_cast<std::int32_t>(row / of_x % of_y);
      observed.row(i)[2] = observed.row(i)[3] = 1;
    }
  };
  CellRequest held = plain;  // one column
  held.count = 3000;
  held.allowed.assign(cells, 1);
  held.allowed[1] = 0;
  CellRequest both = held;  // several: candidates
  both.allowed[static_cast<std::size_t>(known.layout.heads[3].first) + 2] = 0;
  both.given = [](std::uint64_t first, HostCells at, HostObserved observed) {
    for (std::int64_t i = 0; i < at.rows; ++i) {
      if ((static_cast<std::int64_t>(first) + i) % 3 != 0) continue;
      at.row(i)[3] = 4;
      observed.row(i)[3] = 1;
    }
  };
  for (CellRequest request : {plain, warm, given, pairs, held, both}) {
    const std::vector<std::int32_t> grouped = known.draw(request);
    request.each_row = true;
    const std::vector<std::int32_t> each = known.draw(request);
    REQUIRE(grouped.size() == request.count * 4);
    CHECK(grouped == each);
  }
}

TEST_CASE("any columns may be given, and the others follow them", "[engine][masked]") {
  KnownSampler known;
  constexpr std::int64_t kind = 1, dose = 0;
  const bool red_first = known.model.schema->columns[1].words.at(0) == "red";
  CellRequest joint;
  joint.seed = 3;
  joint.count = 20000;
  CellRequest given = joint;
  given.count = 8000;
  given.given = [&](std::uint64_t, HostCells cells, HostObserved observed) {
    for (std::int64_t i = 0; i < cells.rows; ++i) {
      cells.row(i)[kind] = red_first ? 0 : 1;
      observed.row(i)[kind] = 1;
    }
  };
  const auto shares = [&](const std::vector<std::int32_t>& cells, bool all) {
    std::vector<double> counts(4, 0.0);
    double rows = 0.0;
    for (std::size_t at = 0; at < cells.size(); at += 4) {
      const bool red = (cells[at + kind] == 0) == red_first;
      REQUIRE((!all || red));
      if (!red) continue;
      counts[static_cast<std::size_t>(cells[at + dose])] += 1;
      rows += 1;
    }
    for (double& count : counts) count /= rows;
    return counts;
  };
  const std::vector<double> of_joint = shares(known.draw(joint), false);
  const std::vector<double> of_given = shares(known.draw(given), true);
  double distance = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    distance += 0.5 * std::fabs(of_joint[i] - of_given[i]);
    // P(dose | red) = dose / 10.
    CHECK(of_given[i] == Approx(static_cast<double>(i + 1) / 10.0).margin(0.05));
  }
  CHECK(distance < 0.04);
}

TEST_CASE("cells that are not allowed are never drawn", "[engine][masked]") {
  KnownSampler known;
  CellRequest request;
  request.count = 3000;
  request.allowed.assign(static_cast<std::size_t>(known.layout.cells), 1);
  request.allowed[0] = request.allowed[3] = 0;  // dose 1 and 4
  const std::vector<std::int32_t> cells = known.draw(request);
  for (std::size_t at = 0; at < cells.size(); at += 4) {
    REQUIRE((cells[at] == 1 || cells[at] == 2));
  }
}

TEST_CASE("columns follow those that are held to some of their cells", "[engine][masked]") {
  KnownSampler known;
  constexpr std::size_t dose = 0, x = 2, y = 3;
  const auto size_of = [&](std::size_t column) {
    return static_cast<std::size_t>(known.layout.heads[column].size);
  };
  CellRequest joint;
  joint.count = 40000;
  const std::vector<std::int32_t> all = known.draw(joint);
  // Shares of doses in rows whose x, and y, lie in the upper or lower part of their cells.
  const auto doses = [&](const std::vector<std::int32_t>& cells, auto meets) {
    std::vector<double> shares(4, 0.0);
    double rows = 0.0;
    for (std::size_t at = 0; at < cells.size(); at += 4) {
      if (!meets(cells[at + x], cells[at + y])) continue;
      shares[static_cast<std::size_t>(cells[at + dose])] += 1.0;
      rows += 1.0;
    }
    REQUIRE(rows > 400.0);
    for (double& share : shares) share /= rows;
    return shares;
  };
  const auto x_low = static_cast<std::int32_t>(2 * size_of(x) / 3);
  const auto y_high = static_cast<std::int32_t>(size_of(y) / 2);
  for (const bool both : {false, true}) {
    INFO("of y too: " << both);
    const auto meets = [&](std::int32_t of_x, std::int32_t of_y) {
      return of_x >= x_low && (!both || of_y < y_high);
    };
    CellRequest held;
    held.count = 6000;
    held.allowed.assign(static_cast<std::size_t>(known.layout.cells), 1);
    const auto forbid = [&](std::size_t column, std::int32_t first, std::int32_t end) {
      for (std::int32_t t = first; t < end; ++t) {
        held.allowed[static_cast<std::size_t>(known.layout.heads[column].first + t)] = 0;
      }
    };
    forbid(x, 0, x_low);
    if (both) forbid(y, y_high, static_cast<std::int32_t>(size_of(y)));
    const std::vector<std::int32_t> drawn = known.draw(held);
    for (std::size_t at = 0; at < drawn.size(); at += 4) {
      REQUIRE(meets(drawn[at + x], drawn[at + y]));
    }
    const std::vector<double> want = doses(all, meets);
    const std::vector<double> got = doses(drawn, meets);
    // A large x is one of the larger doses: without regard to x, all would come alike. What the
    // network says of a dose by x alone and by x and y is not quite what its rows say.
    double distance = 0.0, without_regard = 0.0;
    for (std::size_t i = 0; i < 4; ++i) {
      distance += 0.5 * std::fabs(got[i] - want[i]);
      without_regard += 0.5 * std::fabs(0.25 - want[i]);
    }
    CHECK(without_regard > 0.3);
    CHECK(distance < 0.25 * without_regard);
  }
}

TEST_CASE("shares of a column's cells are those that its rows are drawn by", "[engine][masked]") {
  KnownSampler known;
  const auto cells = static_cast<std::int64_t>(known.layout.heads[0].size);
  std::vector<float> shares(static_cast<std::size_t>(3 * cells));
  known.sampler.predict(*known.queue, 3, 0, [](HostCells, HostObserved) {},
                        {shares.data(), 3, cells, cells});
  float sum = 0.0F;
  for (std::int64_t t = 0; t < cells; ++t) {
    sum += shares[static_cast<std::size_t>(t)];
    CHECK(shares[static_cast<std::size_t>(t)] == shares[static_cast<std::size_t>(cells + t)]);
    CHECK(shares[static_cast<std::size_t>(t)] == Approx(0.25).margin(0.05));
  }
  CHECK(sum == Approx(1.0F).margin(1e-5));
}

TEST_CASE("what a masked model cannot be is refused", "[engine][masked]") {
  const Trials rows = table_of(known_table(100));
  const auto message = [&](auto change, const Trials& data) {
    TrainConfig config = small_masked_config();
    change(config);
    try {
      const Trainer trainer(config, data);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_config);
      return std::string(error.what());
    }
    return std::string();
  };
  const auto nothing = [](TrainConfig&) {};
  CHECK_THAT(message(nothing, bar_images(100)), ContainsSubstring("no table"));
  CHECK_THAT(message(
                 [](TrainConfig& c) {
                   c.g_layers = {32, 64};
                 },
                 rows),
             ContainsSubstring("one width"));
  CHECK_THAT(message([](TrainConfig& c) { c.step = StepKind::fused; }, rows),
             ContainsSubstring("fused"));
  CHECK_THAT(message([](TrainConfig& c) { c.conditional = true; }, rows),
             ContainsSubstring("conditional"));
}

// Operands keep 8 bits of 24: a product of two is off by 2^-8 at most, a loss of 200 cells' softmax
// by less than that, for errors of both signs add up.
TEST_CASE("a masked run with products in bf16 learns what one in f32 learns", "[engine][masked]") {
  const Trials rows = table_of(known_table(600));
  TrainConfig config = small_masked_config();
  config.batch = 128;
  config.g_layers = {64, 64};
  const auto losses = [&](PrecisionKind precision, int threads) {
    config.precision = precision;
    config.threads = threads;
    Trainer trainer(config, rows);
    CHECK(trainer.precision() == (precision == PrecisionKind::bf16 ? "bf16" : "fp32"));
    std::vector<double> all;
    for (int i = 0; i < 300; ++i) {
      all.push_back(static_cast<double>(trainer.train_epoch()["cross_entropy"]));
    }
    return all;
  };
  const std::vector<double> exact = losses(PrecisionKind::fp32, 1);
  const std::vector<double> rounded = losses(PrecisionKind::bf16, 1);
  CHECK(rounded != exact);
  CHECK(rounded == losses(PrecisionKind::bf16, 3));
  CHECK(rounded.front() == Approx(exact.front()).epsilon(0x1p-8));
  // Ways part, and what both learn is the same: means of the last hundred steps.
  const auto mean = [](const std::vector<double>& all) {
    return std::accumulate(all.end() - 100, all.end(), 0.0) / 100.0;
  };
  CHECK(mean(rounded) == Approx(mean(exact)).epsilon(0.01));
  CHECK(mean(exact) < exact.front() - 0.2);
}

TEST_CASE("a masked run in bf16 is resumed bit for bit", "[engine][masked]") {
  const Trials rows = table_of(known_table(300));
  TrainConfig config = small_masked_config();
  config.precision = PrecisionKind::bf16;
  const Checkpoint whole = trained(config, rows, 12);
  Trainer resumed(config, rows);
  resumed.restore(trained(config, rows, 5));
  while (resumed.epoch() < 12) resumed.train_epoch();
  CHECK(same_tensors(resumed.checkpoint(), whole));
}

TEST_CASE("the length of a masked run follows from the rows", "[engine][masked]") {
  TrainConfig config = small_masked_config();
  config.epochs = 0;
  config.batch = 50;
  CHECK(Trainer(config, table_of(known_table(100))).total_epochs() == 460);
  CHECK(Trainer(config, table_of(known_table(4000))).total_epochs() == 14000);
  config.passes = 2.0;
  CHECK(Trainer(config, table_of(known_table(100))).total_epochs() == 4);
}
