// The loss of the cells that a network was not shown, against its equation in double, on every
// backend.
#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/compare.hpp"
#include "tests/support/device_array.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::CellHead;

namespace {

// Odd sizes about the 32 lanes that sums are made of; none, some and all cells smoothed.
const std::vector<CellHead> heads = {{0, 2, 0},     {2, 66, 64},   {68, 33, 0},
                                     {101, 40, 40}, {141, 5, 0},   {146, 1, 0},
                                     {147, 31, 3},  {178, 64, 64}, {242, 130, 97}};
constexpr std::int64_t width = 372;
constexpr std::int64_t columns = 9;

/// A bell that ends, and what a head's targets are divided by.
struct Smoothing {
  explicit Smoothing(std::int64_t reach = 7) {
    for (std::int64_t d = 0; d < 100; ++d) {
      bell.push_back(d < reach ? std::exp(-0.4F * static_cast<float>(d * d)) : 0.0F);
    }
    for (const CellHead& head : heads) {
      for (std::int32_t cell = 0; cell < head.smoothed; ++cell) {
        double sum = 0.0;
        for (std::int32_t t = 0; t < head.smoothed; ++t) {
          sum += bell[static_cast<std::size_t>(std::abs(t - cell))];
        }
        inverse_sums[static_cast<std::size_t>(head.first + cell)] = static_cast<float>(1.0 / sum);
      }
    }
  }
  std::vector<float> bell;
  std::vector<float> inverse_sums = std::vector<float>(width, std::nanf(""));
};

/// Rows of logits, their cells and what is shown of them.
struct Rows {
  explicit Rows(std::int64_t count) : n(count), logits(random_floats(count * width, 5, 4.0)) {
    const auto places = random_below<std::int32_t>(n * columns, 7, 1 << 20);
    for (std::int64_t k = 0; k < n * columns; ++k) {
      const CellHead& head = heads[static_cast<std::size_t>(k % columns)];
      cells.push_back(places[static_cast<std::size_t>(k)] % head.size);
    }
    observed = random_below<std::uint8_t>(n * columns, 8, 2);
    // The first row shows nothing, the second all, where there are so many.
    std::fill_n(observed.begin(), columns, std::uint8_t{0});
    if (n > 1) std::fill_n(observed.begin() + columns, columns, std::uint8_t{1});
  }

  std::int64_t n;
  std::vector<float> logits;
  std::vector<std::int32_t> cells;
  std::vector<std::uint8_t> observed;
};

double target_of(const CellHead& head, std::int32_t cell, std::int32_t t, const Smoothing& with) {
  if (cell >= head.smoothed) return t == cell ? 1.0 : 0.0;
  if (t >= head.smoothed) return 0.0;
  return double{with.bell[static_cast<std::size_t>(std::abs(t - cell))]} *
         double{with.inverse_sums[static_cast<std::size_t>(head.first + cell)]};
}

/// The loss of row i with these logits.
double row_loss(const Rows& rows, std::int64_t i, const std::vector<double>& logits,
                const Smoothing& with) {
  double loss = 0.0;
  int hidden = 0;
  for (std::int64_t c = 0; c < columns; ++c) {
    const auto k = static_cast<std::size_t>(i * columns + c);
    const CellHead& head = heads[static_cast<std::size_t>(c)];
    if (rows.observed[k] != 0) continue;
    ++hidden;
    double sum = 0.0;
    for (std::int32_t t = 0; t < head.size; ++t) {
      sum += std::exp(logits[static_cast<std::size_t>(head.first + t)]);
    }
    for (std::int32_t t = 0; t < head.size; ++t) {
      const double log_share = logits[static_cast<std::size_t>(head.first + t)] - std::log(sum);
      loss -= target_of(head, rows.cells[k], t, with) * log_share;
    }
  }
  return hidden == 0 ? 0.0 : loss / hidden;
}

struct Result {
  std::vector<float> gradient;
  float loss = 0.0F;
};

Result run_loss(Device& device, const Rows& rows, const Smoothing& with) {
  DeviceArray<float> logits(device, rows.n, width, rows.logits);
  DeviceArray<std::int32_t> cells(device, rows.n, columns, rows.cells);
  DeviceArray<std::uint8_t> observed(device, rows.n, columns, rows.observed);
  DeviceArray<CellHead> all(device, heads);
  DeviceArray<float> bell(device, with.bell), inverse_sums(device, with.inverse_sums);
  DeviceArray<float> gradient(device, rows.n, width, std::nanf("")), loss(device, 1, 1);
  CellLossTask task;
  task.logits = logits.view();
  task.cells = cells.view();
  task.observed = observed.view();
  task.heads = all.vector();
  task.bell = bell.data();
  task.inverse_sums = inverse_sums.data();
  task.gradient = gradient.view();
  task.loss = loss.data();
  device.backend->run(*device.queue, task);
  return {gradient.get(), loss.get()[0]};
}

}  // namespace

TEST_CASE("cell_loss is the cross-entropy of what is hidden, with its gradient",
          "[kernels][cells]") {
  const Smoothing smoothing;
  on_every_device([&](Device& device) {
    for (const std::int64_t n : {1, 3, 37}) {
      INFO(n << " rows");
      const Rows rows(n);
      double loss = 0.0;
      std::vector<double> want;
      for (std::int64_t i = 0; i < n; ++i) {
        const auto first = rows.logits.begin() + i * width;
        const std::vector<double> logits(first, first + width);
        loss += row_loss(rows, i, logits, smoothing) / static_cast<double>(n);
        if (i > 2) continue;  // the rest by the loss alone
        for (const double value : reference::central_differences(
                 logits, 1e-5, [&](const auto& x) { return row_loss(rows, i, x, smoothing); })) {
          want.push_back(value / static_cast<double>(n));
        }
      }
      Result got = run_loss(device, rows, smoothing);
      // A softmax of 130 cells in float, and the differences' own error.
      require_close("loss", std::vector<float>{got.loss}, std::vector<double>{loss}, {1e-7, 1e-6});
      for (std::int64_t k = 0; k < n * width; ++k) {
        const auto head = std::find_if(heads.begin(), heads.end(), [&](const CellHead& one) {
          return k % width < one.first + one.size;
        });
        const auto at = static_cast<std::size_t>(k / width * columns + (head - heads.begin()));
        if (rows.observed[at] != 0 && got.gradient[static_cast<std::size_t>(k)] != 0.0F) {
          FAIL("a gradient in an observed column, number " << k);
        }
      }
      got.gradient.resize(want.size());
      require_close("gradient", got.gradient, want, {2e-9, 2e-6});
    }
  });
}

TEST_CASE("cell_loss of rows that show all their columns is 0", "[kernels][cells]") {
  on_every_device([](Device& device) {
    Rows rows(5);
    rows.observed.assign(rows.observed.size(), 1);
    // What an observed column predicts is not looked at.
    rows.logits.assign(rows.logits.size(), std::nanf(""));
    const Result got = run_loss(device, rows, Smoothing());
    CHECK(got.loss == 0.0F);
    CHECK(got.gradient == std::vector<float>(rows.logits.size(), 0.0F));
  });
}

TEST_CASE("cell_loss holds for great logits and shows what is not finite", "[kernels][cells]") {
  const Smoothing smoothing;
  on_every_device([&](Device& device) {
    Rows rows(1);
    for (float& logit : rows.logits) logit *= 250.0F;  // to +-1000
    const Result great = run_loss(device, rows, smoothing);
    double want = 0.0;
    for (std::int64_t c = 0; c < columns; ++c) {
      const CellHead& head = heads[static_cast<std::size_t>(c)];
      const float* const logits = rows.logits.data() + head.first;
      const double most = *std::max_element(logits, logits + head.size);
      double sum = 0.0;
      for (std::int32_t t = 0; t < head.size; ++t) sum += std::exp(logits[t] - most);
      for (std::int32_t t = 0; t < head.size; ++t) {
        want -= target_of(head, rows.cells[static_cast<std::size_t>(c)], t, smoothing) *
                (logits[t] - most - std::log(sum)) / columns;
      }
    }
    require_close("loss", std::vector<float>{great.loss}, std::vector<double>{want}, {0.0, 2e-6});
    for (const float value : great.gradient) REQUIRE(std::isfinite(value));
    for (const float bad : {std::nanf(""), HUGE_VALF}) {
      for (const std::size_t at : {0, 2, 67, 146, 300}) {
        INFO(bad << " at " << at);
        Rows broken(1);
        broken.logits[at] = bad;
        const Result got = run_loss(device, broken, smoothing);
        CHECK_FALSE(std::isfinite(got.loss));
        CHECK_FALSE(std::isfinite(got.gradient[at]));
      }
    }
    // A cell that is ruled out has no share, and may be so where it is no target.
    Rows ruled_out(1);
    ruled_out.cells.assign(ruled_out.cells.size(), 0);
    for (const CellHead& head : heads) {
      if (head.size < 15) continue;
      ruled_out.logits[static_cast<std::size_t>(head.first + head.size - 1)] = -HUGE_VALF;
    }
    const Result got = run_loss(device, ruled_out, smoothing);
    CHECK(std::isfinite(got.loss));
    CHECK(got.gradient[67] == 0.0F);
  });
}

// More columns than a warp has lanes, and more of all rows than there are warps at once.
TEST_CASE("cell_loss is a mean over many columns and rows", "[kernels][cells]") {
  constexpr std::int64_t n = 301, many = 70;
  std::vector<CellHead> list;
  for (std::int32_t c = 0; c < many; ++c) list.push_back({2 * c, 2, 0});
  auto observed = random_below<std::uint8_t>(n * many, 3, 2);
  std::vector<double> want;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto row = observed.begin() + i * many;
    const auto hidden = static_cast<double>(std::count(row, row + many, std::uint8_t{0}));
    for (std::int64_t c = 0; c < many; ++c) {
      // Both cells have a share of a half; the row's is the first.
      const double weight = row[c] == 0 ? 1.0 / (n * hidden) : 0.0;
      want.push_back(-0.5 * weight);
      want.push_back(0.5 * weight);
    }
  }
  on_every_device([&](Device& device) {
    DeviceArray<float> logits(device, n, 2 * many, 3.0F), gradient(device, n, 2 * many);
    DeviceArray<float> loss(device, 1, 1);
    DeviceArray<std::int32_t> cells(device, n, many);
    DeviceArray<std::uint8_t> seen(device, n, many, observed);
    DeviceArray<CellHead> all(device, list);
    device.backend->run(
        *device.queue, CellLossTask{logits.view(), cells.view(), seen.view(), all.vector(), nullptr,
                                    nullptr, gradient.view(), loss.data()});
    require_close("loss", loss.get(), std::vector<double>{std::log(2.0)}, {0.0, 5e-7});
    require_close("gradient", gradient.get(), want, {0.0, 5e-7});
  });
}

// python tests/golden/cell_loss.py
TEST_CASE("cell_loss gives PyTorch's numbers", "[kernels][cells]") {
  std::vector<float> values;
  for (int k = 0; k < 33; ++k) values.push_back(static_cast<float>(std::sin(1.7 * k)));
  on_every_device([&](Device& device) {
    DeviceArray<float> logits(device, 3, 11, values), gradient(device, 3, 11), loss(device, 1, 1);
    DeviceArray<std::int32_t> cells(device, 3, 3, {2, 1, 1, 0, 0, 0, 1, 5, 1});
    DeviceArray<std::uint8_t> observed(device, 3, 3, {0, 0, 1, 1, 1, 1, 0, 0, 0});
    DeviceArray<CellHead> list(device, {{0, 3, 0}, {3, 6, 4}, {9, 2, 0}});
    DeviceArray<float> bell(device, {1.0F, std::exp(-0.5F), std::exp(-2.0F), 0.0F});
    DeviceArray<float> inverse_sums(device, {0.0F, 0.0F, 0.0F, 0.574096993F, 0.425822452F,
                                             0.425822452F, 0.574096993F, 0.0F, 0.0F, 0.0F, 0.0F});
    device.backend->run(*device.queue, CellLossTask{logits.view(), cells.view(), observed.view(),
                                                    list.vector(), bell.data(), inverse_sums.data(),
                                                    gradient.view(), loss.data()});
    require_close("loss", loss.get(), std::vector<double>{0.9979954643991101}, {0.0, 5e-7});
    require_close("gradient", gradient.get(),
                  std::vector<double>{0.037283807,
                                      0.100506652,
                                      -0.137790459,
                                      -0.034418478,
                                      -0.035281000,
                                      0.005341104,
                                      0.001209463,
                                      0.011735325,
                                      0.051413585,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0.018530661,
                                      -0.044444874,
                                      0.025914213,
                                      0.005701056,
                                      0.019158093,
                                      0.039534232,
                                      0.009761172,
                                      0.006782966,
                                      -0.080937518,
                                      0.090629296,
                                      -0.090629296},
                  {1e-8, 1e-6});
  });
}

TEST_CASE("cell_loss gives the same bits for any number of threads and on every device",
          "[kernels][cells]") {
  const Rows rows(300);
  const Smoothing smoothing;
  const auto all = [&](Device& device) {
    Result got = run_loss(device, rows, smoothing);
    got.gradient.push_back(got.loss);
    return got.gradient;
  };
  require_same_for_any_threads(all);
  Device cpu = open_device("cpu", 1);
  const std::vector<float> want = all(cpu);
  on_every_device([&](Device& device) { REQUIRE((all(device) == want)); });
}
