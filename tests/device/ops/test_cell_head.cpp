// The last layer of a network over cells, with what its loss does not look at left out where a
// device does that, against the twin that computes all of it, on every backend.
#include <algorithm>
#include <cmath>

#include "engine/device/composed.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device_array.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::CellHead;

namespace {

// None, some and all cells smoothed; sizes of one, about 32 and of several lanes.
const std::vector<CellHead> heads = {
    {0, 2, 0}, {2, 66, 64}, {68, 33, 0}, {101, 32, 32}, {133, 1, 0}};
constexpr std::int64_t columns = 5, width = 134;

struct Inputs {
  Inputs(std::int64_t n, std::int64_t k)
      : rows(n),
        inputs(k),
        x(random_floats(n * k, 1, 1.0)),
        w(random_floats(k * width, 2, 0.3)),
        bias(random_floats(width, 3, 0.3)),
        observed(random_below<std::uint8_t>(n * columns, 4, 2)) {
    const auto places = random_below<std::int32_t>(n * columns, 5, 1 << 20);
    for (std::int64_t at = 0; at < n * columns; ++at) {
      const CellHead& head = heads[static_cast<std::size_t>(at % columns)];
      cells.push_back(places[static_cast<std::size_t>(at)] % head.size);
      // Every row shows the third column, and the first row shows all.
      if (at % columns == 2 || at < columns) observed[static_cast<std::size_t>(at)] = 1;
    }
    for (int d = 0; d < 64; ++d) {
      bell.push_back(d < 9 ? std::exp(-0.5F * static_cast<float>(d * d)) : 0.0F);
    }
    for (const CellHead& head : heads) {
      for (std::int32_t cell = 0; cell < head.smoothed; ++cell) {
        float sum = 0.0F;
        for (std::int32_t t = 0; t < head.smoothed; ++t) {
          sum += bell[static_cast<std::size_t>(std::abs(t - cell))];
        }
        inverse_sums[static_cast<std::size_t>(head.first + cell)] = 1.0F / sum;
      }
    }
  }

  std::int64_t rows, inputs;
  std::vector<float> x, w, bias;
  std::vector<std::uint8_t> observed;
  std::vector<std::int32_t> cells;
  std::vector<float> bell, inverse_sums = std::vector<float>(width, std::nanf(""));
};

struct Result {
  std::vector<float> loss, dx, dw, dbias;
};

using Run = void(Device& device, const CellHeadTask& task);

Result result_of(Device& device, const Inputs& in, Run run) {
  DeviceArray<float> x(device, in.rows, in.inputs, in.x), w(device, in.inputs, width, in.w);
  DeviceArray<float> bias(device, in.bias);
  DeviceArray<float> logits(device, in.rows, width), gradient(device, in.rows, width);
  DeviceArray<float> dx(device, in.rows, in.inputs, std::nanf(""));
  DeviceArray<float> dw(device, in.inputs, width, std::nanf("")), dbias(device, 1, width);
  DeviceArray<float> loss(device, 1, 1);
  DeviceArray<std::int32_t> cells(device, in.rows, columns, in.cells);
  DeviceArray<std::uint8_t> observed(device, in.rows, columns, in.observed);
  DeviceArray<CellHead> list(device, heads);
  DeviceArray<float> bell(device, in.bell), inverse_sums(device, in.inverse_sums);
  CellHeadTask task;
  task.x = matrix_of(x.view());
  task.w = matrix_of(w.view());
  task.bias = bias.vector();
  task.logits = logits.view();
  task.loss = {logits.view(), cells.view(),        observed.view(), list.vector(),
               bell.data(),   inverse_sums.data(), gradient.view(), loss.data()};
  task.dx = matrix_of(dx.view());
  task.dw = dw.view();
  task.dbias = dbias.vector();
  run(device, task);
  return {loss.get(), dx.get(), dw.get(), dbias.get()};
}

void own(Device& device, const CellHeadTask& task) {
  device.backend->cell_head(*device.queue, task, {});
}

void twin(Device& device, const CellHeadTask& task) {
  composed_cell_head(*device.backend, *device.queue, task, {});
}

std::vector<double> widened(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("cell_head is its twin's product, loss and gradients", "[kernels][cells]") {
  on_every_device([](Device& device) {
    for (const std::int64_t n : {1, 2, 37, 300}) {
      INFO(n << " rows");
      const Inputs in(n, 48);
      const Result got = result_of(device, in, own);
      const Result want = result_of(device, in, twin);
      // Sums of 48, 134 and n numbers of which gradients are below 1 / n, in other orders.
      require_close("loss", got.loss, widened(want.loss), {1e-7, 2e-6});
      require_close("dx", got.dx, widened(want.dx), {4e-7 / static_cast<double>(n), 4e-6});
      require_close("dw", got.dw, widened(want.dw), {1e-7, 4e-6});
      require_close("dbias", got.dbias, widened(want.dbias), {1e-7, 4e-6});
    }
  });
}

TEST_CASE("cell_head of rows that show all has no loss and no gradients", "[kernels][cells]") {
  on_every_device([](Device& device) {
    Inputs in(5, 16);
    in.observed.assign(in.observed.size(), 1);
    const Result got = result_of(device, in, own);
    CHECK(got.loss == std::vector<float>{0.0F});
    CHECK(got.dx == std::vector<float>(got.dx.size(), 0.0F));
    CHECK(got.dw == std::vector<float>(got.dw.size(), 0.0F));
    CHECK(got.dbias == std::vector<float>(got.dbias.size(), 0.0F));
  });
}

TEST_CASE("cell_head shows what is not finite", "[kernels][cells]") {
  on_every_device([](Device& device) {
    Inputs in(40, 16);
    in.x[20 * 16 + 3] = std::nanf("");
    std::fill_n(in.observed.begin() + 20 * columns, columns, std::uint8_t{0});
    const Result got = result_of(device, in, own);
    CHECK_FALSE(std::isfinite(got.loss[0]));
    CHECK_FALSE(std::isfinite(got.dw[3 * width]));
  });
}

TEST_CASE("cell_head gives the same bits for any number of threads", "[kernels][cells]") {
  const Inputs in(300, 48);
  require_same_for_any_threads([&](Device& device) {
    Result got = result_of(device, in, own);
    std::vector<float> all = got.loss;
    for (const auto* part : {&got.dx, &got.dw, &got.dbias}) {
      all.insert(all.end(), part->begin(), part->end());
    }
    return all;
  });
}
