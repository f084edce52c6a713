// Batches of cells, what a network sees of them, and how cells are drawn, against plain loops, on
// every backend.
#include <algorithm>
#include <cmath>
#include <set>

#include "kernels/math/permutation.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device_array.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

std::size_t at(std::int64_t i, std::int64_t j, std::int64_t cols) {
  return static_cast<std::size_t>(i * cols + j);
}

/// A batch of n rows of a table whose cells say where they are: 100 * row + column.
class Batch {
 public:
  Batch(Device& device, std::int64_t count, std::int64_t n, std::vector<std::int32_t> order,
        math::MaskShares shares)
      : device_(&device),
        columns_(static_cast<std::int64_t>(order.size())),
        rows_(device, count, columns_, places(count, columns_)),
        order_(device, order),
        cells_(device, n, columns_, -1),
        observed_(device, n, columns_, std::uint8_t{7}) {
    task_.rows = rows_.view();
    task_.seed = 9;
    task_.order = order_.vector();
    task_.shares = shares;
    task_.cells = cells_.view();
    task_.observed = observed_.view();
  }

  void run(std::uint64_t step) {
    StepState start;
    start.step = step;
    const DeviceState state(*device_, start);
    task_.counter = StepCounter::of(state.get());
    device_->backend->run(*device_->queue, task_);
    cells = cells_.get();
    observed = observed_.get();
  }

  std::vector<std::int32_t> cells;
  std::vector<std::uint8_t> observed;

 private:
  static std::vector<std::int32_t> places(std::int64_t count, std::int64_t columns) {
    std::vector<std::int32_t> values;
    for (std::int64_t k = 0; k < count * columns; ++k) {
      values.push_back(static_cast<std::int32_t>(100 * (k / columns) + k % columns));
    }
    return values;
  }

  Device* device_;
  std::int64_t columns_;
  DeviceArray<std::int32_t> rows_, order_, cells_;
  DeviceArray<std::uint8_t> observed_;
  CellBatchTask task_;
};

}  // namespace

TEST_CASE("cell_batch takes every row once a pass", "[kernels][cells]") {
  constexpr std::int64_t count = 37, n = 5, columns = 4;
  on_every_device([&](Device& device) {
    Batch batch(device, count, n, {2, 0, 3, 1}, {});
    std::multiset<std::int32_t> seen;
    for (std::uint64_t step = 0; step * n < 2 * count; ++step) {
      batch.run(step);
      for (std::int64_t i = 0; i < n; ++i) {
        const std::uint64_t place = step * n + static_cast<std::uint64_t>(i);
        const auto row =
            static_cast<std::int32_t>(math::permute(place % count, count, 9, place / count));
        for (std::int64_t c = 0; c < columns; ++c) {
          REQUIRE(batch.cells[at(i, c, columns)] == 100 * row + static_cast<std::int32_t>(c));
        }
        if (place < count) seen.insert(row);
      }
    }
    CHECK(seen.size() == count);
    CHECK(std::set<std::int32_t>(seen.begin(), seen.end()).size() == count);
  });
}

TEST_CASE("cell_batch masks its rows by draw_mask in the order of the columns",
          "[kernels][cells]") {
  constexpr std::int64_t n = 300;
  on_every_device([&](Device& device) {
    for (const std::int32_t columns : {1, 2, 5, 40}) {
      INFO(columns << " columns");
      std::vector<std::int32_t> order;
      for (std::int32_t place = 0; place < columns; ++place) {
        order.push_back((7 * place + 3) % columns);
      }
      const math::MaskShares shares{70, 50, columns < 3 ? 1 : 2};
      Batch batch(device, 11, n, order, shares);
      for (const std::uint64_t step : {0, 6}) {
        batch.run(step);
        std::vector<std::uint8_t> want(batch.observed.size());
        for (std::int64_t i = 0; i < n; ++i) {
          math::draw_mask(
              shares, i, n, columns, 9, math::subsequence(math::Purpose::cell_mask, step),
              [&](std::int32_t place, bool shown) {
                want[at(i, order[static_cast<std::size_t>(place)], columns)] = shown ? 1 : 0;
              });
        }
        REQUIRE(batch.observed == want);
      }
    }
  });
}

TEST_CASE("cell_features are those of the cells that are seen", "[kernels][cells]") {
  constexpr std::int64_t n = 67, columns = 4, width = 77;
  // Tables of 3, 2, 9 and 5 cells, which lie in another order than the columns.
  const std::vector<math::CellFeatureColumn> list = {
      {40, 36, 500}, {0, 1, 40}, {1, 39, 50}, {76, 1, 410}};
  const std::vector<std::int32_t> sizes = {3, 2, 9, 5};
  const std::vector<float> tables = random_floats(700, 3);
  std::vector<std::int32_t> cells = random_below<std::int32_t>(n * columns, 4, 1000);
  for (std::size_t k = 0; k < cells.size(); ++k) cells[k] %= sizes[k % columns];
  const auto observed = random_below<std::uint8_t>(n * columns, 5, 2);
  std::vector<float> want(n * width, 0.0F);
  for (std::int64_t k = 0; k < n * columns; ++k) {
    const math::CellFeatureColumn& column = list[static_cast<std::size_t>(k % columns)];
    for (std::int32_t f = 0; f < column.width && observed[static_cast<std::size_t>(k)] != 0; ++f) {
      const std::int64_t from =
          column.table + cells[static_cast<std::size_t>(k)] * column.width + f;
      want[at(k / columns, column.first + f, width)] = tables[static_cast<std::size_t>(from)];
    }
  }
  on_every_device([&](Device& device) {
    DeviceArray<std::int32_t> all(device, n, columns, cells);
    DeviceArray<std::uint8_t> seen(device, n, columns, observed);
    DeviceArray<math::CellFeatureColumn> of_columns(device, list);
    DeviceArray<float> numbers(device, tables), x(device, n, width, std::nanf(""));
    device.backend->run(
        *device.queue,
        CellFeaturesTask{all.view(), seen.view(), of_columns.vector(), numbers.data(), x.view()});
    REQUIRE(x.get() == want);
  });
}

TEST_CASE("embed_cells adds up the rows of the cells that are seen", "[kernels][cells]") {
  constexpr std::int64_t n = 53, table = 6;
  on_every_device([](Device& device) {
    for (const std::int64_t columns : {1, 2, 3, 10, 70}) {
      for (const std::int64_t width : {1, 7, 64, 128, 130}) {
        INFO(columns << " columns, width " << width);
        const auto cells = random_below<std::int32_t>(n * columns, 4, table);
        auto observed = random_below<std::uint8_t>(n * columns, 5, 2);
        std::fill_n(observed.begin(), columns, std::uint8_t{0});
        std::fill_n(observed.begin() + columns, columns, std::uint8_t{1});
        const std::vector<float> bias = random_floats(width, 6);
        const std::vector<float> numbers = random_floats(table * columns * width, 7);
        std::vector<std::int64_t> first_rows;
        for (std::int64_t c = 0; c < columns; ++c) first_rows.push_back((columns - 1 - c) * table);
        std::vector<double> want;
        for (std::int64_t k = 0; k < n * width; ++k) {
          double sum = bias[static_cast<std::size_t>(k % width)];
          for (std::int64_t c = 0; c < columns; ++c) {
            const std::size_t one = at(k / width, c, columns);
            const std::int64_t row = first_rows[static_cast<std::size_t>(c)] + cells[one];
            if (observed[one] != 0) sum += numbers[at(row, k % width, width)];
          }
          want.push_back(sum);
        }
        DeviceArray<std::int32_t> all(device, n, columns, cells);
        DeviceArray<std::uint8_t> seen(device, n, columns, observed);
        DeviceArray<std::int64_t> firsts(device, first_rows);
        DeviceArray<float> tables(device, table * columns, width, numbers), b(device, bias);
        DeviceArray<float> out(device, n, width, std::nanf(""));
        device.backend->run(*device.queue, EmbedCellsTask{all.view(), seen.view(), firsts.vector(),
                                                          tables.view(), b.vector(), out.view()});
        // Sums of up to 71 numbers below 1.
        require_close("out", out.get(), want, {1e-5, 0.0});
      }
    }
  });
}

TEST_CASE("cell_shares are a softmax, or add one to others", "[kernels][cells]") {
  constexpr std::int64_t n = 19;
  on_every_device([](Device& device) {
    for (const std::int64_t cells : {1, 5, 31, 32, 33, 66, 1000}) {
      for (const float scale : {3.0F, 300.0F}) {
        INFO(cells << " cells, logits up to " << scale);
        const std::vector<float> values = random_floats(n * cells, 3, scale);
        const std::vector<float> before = random_floats(n * cells, 4);
        std::vector<double> plain, added;
        for (std::int64_t i = 0; i < n; ++i) {
          double sum = 0.0, most = -HUGE_VAL;
          for (std::int64_t t = 0; t < cells; ++t) {
            most = std::fmax(most, double{values[at(i, t, cells)]});
          }
          for (std::int64_t t = 0; t < cells; ++t) {
            sum += std::exp(1.5 * (values[at(i, t, cells)] - most));
          }
          for (std::int64_t t = 0; t < cells; ++t) {
            const double share = std::exp(1.5 * (values[at(i, t, cells)] - most)) / sum;
            plain.push_back(share);
            added.push_back(before[at(i, t, cells)] + 0.25 * share);
          }
        }
        DeviceArray<float> logits(device, n, cells, values);
        DeviceArray<float> shares(device, n, cells, std::nanf(""));
        DeviceArray<float> sums(device, n, cells, before);
        device.backend->run(*device.queue,
                            CellSharesTask{logits.view(), 1.5F, 1.0F, false, shares.view()});
        device.backend->run(*device.queue,
                            CellSharesTask{logits.view(), 1.5F, 0.25F, true, sums.view()});
        // A logit times 1.5 is rounded before the greatest is taken off it.
        const double error = 2e-6 + 2e-7 * static_cast<double>(scale);
        require_close("shares", shares.get(), plain, {1e-7, error});
        require_close("sums", sums.get(), added, {1e-7 + error, 1e-7});
      }
    }
    // What is not finite is seen.
    DeviceArray<float> logits(device, 1, 3, {0.0F, std::nanf(""), 1.0F}), shares(device, 1, 3);
    device.backend->run(*device.queue,
                        CellSharesTask{logits.view(), 1.0F, 1.0F, false, shares.view()});
    for (const float share : shares.get()) CHECK(std::isnan(share));
  });
}

namespace {

constexpr std::uint64_t first_number = (std::uint64_t{1} << 33) + 1;
constexpr std::uint64_t number_step = 5;

/// Draws of one column, which lies between others.
struct Drawn {
  std::vector<std::int32_t> cells;
  std::vector<std::uint8_t> observed;
};

Drawn draw(Device& device, std::int64_t n, std::int64_t cells, const std::vector<float>& shares,
           const std::vector<std::uint8_t>& observed,
           const std::vector<std::uint8_t>& allowed = {}) {
  const DeviceArray<float> all(device, n, cells, shares);
  const std::int64_t rows = static_cast<std::int64_t>(allowed.size()) / cells;
  const DeviceArray<std::uint8_t> may(device, rows, cells, allowed);
  DeviceArray<std::int32_t> drawn(device, n, 1, -5);
  DeviceArray<std::uint8_t> seen(device, n, 1, observed);
  DrawCellTask task;
  task.shares = all.view();
  if (!allowed.empty()) task.allowed = may.view();
  task.stream = {3, math::Purpose::sample, first_number};
  task.step = number_step;
  task.cell = drawn.view();
  task.observed = seen.view();
  device.backend->run(*device.queue, task);
  return {drawn.get(), seen.get()};
}

}  // namespace

TEST_CASE("draw_cell draws where nothing was observed, by the stream's numbers",
          "[kernels][cells]") {
  constexpr std::int64_t n = 700;
  on_every_device([](Device& device) {
    for (const std::int64_t cells : {1, 3, 66, 300}) {
      const auto observed = random_below<std::uint8_t>(n, 5, 2);
      std::vector<float> shares = random_floats(n * cells, 6);
      for (float& share : shares) share = share < -0.5F ? 0.0F : std::fabs(share);
      std::vector<std::uint8_t> allowed = random_below<std::uint8_t>(n * cells, 7, 2);
      for (std::int64_t i = 0; i < n; ++i) allowed[at(i, i % cells, cells)] = 1;
      // Any cell, one list for all rows, a list for each row.
      for (const std::int64_t rows : {std::int64_t{0}, std::int64_t{1}, n}) {
        INFO(cells << " cells, " << rows << " lists of those allowed");
        const std::vector<std::uint8_t> lists(allowed.begin(), allowed.begin() + rows * cells);
        const Drawn got = draw(device, n, cells, shares, observed, lists);
        for (std::int64_t i = 0; i < n; ++i) {
          const auto row = static_cast<std::size_t>(i);
          REQUIRE(got.observed[row] == 1);
          if (observed[row] != 0) {
            REQUIRE(got.cells[row] == -5);
            continue;
          }
          const float u = math::uniform(3, math::subsequence(math::Purpose::sample, 0),
                                        first_number + static_cast<std::uint64_t>(i) * number_step);
          const std::uint8_t* const list =
              rows == 0 ? nullptr : lists.data() + (rows == 1 ? 0 : i * cells);
          REQUIRE(got.cells[row] == math::draw_cell(shares.data() + i * cells, list,
                                                    static_cast<std::int32_t>(cells), u));
          REQUIRE((list == nullptr || list[got.cells[row]] == 1));
        }
      }
    }
  });
}

TEST_CASE("draw_cell draws several rows by one row of shares", "[kernels][cells]") {
  constexpr std::int64_t n = 500, cells = 66, groups = 20, first = 3, there = 9;
  on_every_device([](Device& device) {
    std::vector<float> shares = random_floats(there * cells, 6);
    for (float& share : shares) share = std::fabs(share);
    std::vector<std::int32_t> groups_of = random_below<std::int32_t>(n, 8, groups);
    for (std::int64_t i = 0; i < n; i += 7) groups_of[static_cast<std::size_t>(i)] = -1;
    const auto observed = random_below<std::uint8_t>(n, 5, 2);
    const DeviceArray<float> some(device, there, cells, shares);
    const DeviceArray<std::int32_t> share_rows(device, groups_of);
    DeviceArray<std::int32_t> drawn(device, n, 1, -5);
    DeviceArray<std::uint8_t> seen(device, n, 1, observed);
    DrawCellTask task;
    task.shares = some.view();
    task.share_rows = share_rows.vector();
    task.first_share = first;
    task.stream = {3, math::Purpose::sample, first_number};
    task.step = number_step;
    task.cell = drawn.view();
    task.observed = seen.view();
    device.backend->run(*device.queue, task);
    const auto got = drawn.get();
    const auto now = seen.get();
    for (std::int64_t i = 0; i < n; ++i) {
      const auto row = static_cast<std::size_t>(i);
      const std::int64_t of_shares = groups_of[row] - first;
      if (observed[row] != 0 || of_shares < 0 || of_shares >= there) {
        REQUIRE(got[row] == -5);
        REQUIRE(now[row] == observed[row]);
        continue;
      }
      const float u = math::uniform(3, math::subsequence(math::Purpose::sample, 0),
                                    first_number + static_cast<std::uint64_t>(i) * number_step);
      REQUIRE(now[row] == 1);
      REQUIRE(got[row] == math::draw_cell(shares.data() + of_shares * cells, nullptr,
                                          static_cast<std::int32_t>(cells), u));
    }
  });
}

// Chi-square of 5 and of 2 degrees of freedom: 1 in 1,000 is above 20.5 and 13.8.
TEST_CASE("cells come as often as their shares say", "[kernels][cells]") {
  constexpr std::int64_t n = 30000, cells = 7;
  const std::vector<double> one = {0.5, 2.0, 0.0, 1.0, 4.0, 0.25, 3.0};
  std::vector<float> shares;
  for (std::int64_t k = 0; k < n * cells; ++k) {
    shares.push_back(static_cast<float>(one[static_cast<std::size_t>(k % cells)]));
  }
  on_every_device([&](Device& device) {
    for (const bool some : {false, true}) {
      std::vector<std::uint8_t> allowed(cells, 1);
      if (some) allowed = {1, 0, 1, 0, 1, 0, 1};
      const Drawn got = draw(device, n, cells, shares, std::vector<std::uint8_t>(n, 0), allowed);
      std::vector<double> counts(cells, 0.0);
      for (const std::int32_t cell : got.cells) counts.at(static_cast<std::size_t>(cell)) += 1.0;
      double sum = 0.0, chi_square = 0.0;
      for (std::size_t t = 0; t < cells; ++t) sum += allowed[t] * one[t];
      for (std::size_t t = 0; t < cells; ++t) {
        const double want = n * allowed[t] * one[t] / sum;
        if (want > 0.0) chi_square += (counts[t] - want) * (counts[t] - want) / want;
        if (want == 0.0) CHECK(counts[t] == 0.0);
      }
      INFO(some);
      CHECK(chi_square < (some ? 13.8 : 20.5));
    }
  });
}

TEST_CASE("operations on cells give the same bits for any number of threads and on every device",
          "[kernels][cells]") {
  constexpr std::int64_t n = 2000, cells = 66, columns = 6, width = 100;
  const auto all = [](Device& device) {
    Batch batch(device, 3000, n, {5, 0, 4, 1, 3, 2}, {500, 400, 1});
    batch.run(3);
    for (std::int32_t& cell : batch.cells) cell %= cells;
    DeviceArray<float> logits(device, n, cells, random_floats(n * cells, 3, 9.0));
    DeviceArray<float> shares(device, n, cells), out(device, n, width);
    device.backend->run(*device.queue,
                        CellSharesTask{logits.view(), 0.8F, 0.5F, true, shares.view()});
    DeviceArray<std::int32_t> seen_cells(device, n, columns, batch.cells);
    DeviceArray<std::uint8_t> observed(device, n, columns, batch.observed);
    DeviceArray<std::int64_t> first_rows(device, {0, 66, 132, 198, 264, 330});
    DeviceArray<float> tables(device, 396, width, random_floats(396 * width, 4));
    DeviceArray<float> bias(device, random_floats(width, 5));
    device.backend->run(*device.queue,
                        EmbedCellsTask{seen_cells.view(), observed.view(), first_rows.vector(),
                                       tables.view(), bias.vector(), out.view()});
    std::vector<float> results = shares.get();
    const Drawn drawn = draw(device, n, cells, results, std::vector<std::uint8_t>(n, 0));
    for (const float value : out.get()) results.push_back(value);
    results.insert(results.end(), batch.cells.begin(), batch.cells.end());
    results.insert(results.end(), batch.observed.begin(), batch.observed.end());
    results.insert(results.end(), drawn.cells.begin(), drawn.cells.end());
    return results;
  };
  require_same_for_any_threads(all);
  Device cpu = open_device("cpu", 1);
  const std::vector<float> want = all(cpu);
  on_every_device([&](Device& device) { REQUIRE((all(device) == want)); });
}
