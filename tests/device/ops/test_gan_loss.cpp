// The losses on D's logits against plain loops in double, on every backend.
#include "engine/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference_loss.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

struct Case {
  GanLoss kind;
  GanSide side;
  float target;
  ElementType type;
};

void check(Device& device, const Case& c, std::int64_t rows) {
  INFO("loss " << static_cast<int>(c.kind) << ", side " << static_cast<int>(c.side) << ", target "
               << c.target << (c.type == ElementType::bf16 ? ", bf16, " : ", f32, ") << rows
               << " rows");
  auto logits = random_values(rows, 3);
  for (double& logit : logits) logit *= 30.0;
  const DeviceMatrix device_logits(device, rows, 1, logits);
  DeviceMatrix gradient(device, rows, 1, c.type);
  const DeviceState state(device);
  StepRecord& record = state.get()->current;  // in device memory: only its address is taken
  device.backend->run(
      *device.queue, GanLossTask{device_logits.view(),
                                 gradient.ref(),
                                 {c.kind, c.side, c.target, &record.values[0], &record.values[6]}});
  double loss = 0.0;
  double size = 0.0;
  double right = 0.0;
  std::vector<double> want;
  for (const double logit : logits) {
    const reference::Loss one = reference::gan_loss(c.kind, c.side, logit, c.target);
    loss += one.value;
    size += std::fabs(one.value);
    right += reference::is_right(c.kind, c.side, logit) ? 1.0 : 0.0;
    want.push_back(one.gradient / static_cast<double>(rows));
  }
  const auto n = static_cast<double>(rows);
  const StepRecord got = state.read().current;
  // exp is within some units in the last place; the sum is in double.
  CHECK(std::fabs(got.values[0] - loss / n) <= 1e-6 * size / n + 1e-12);
  CHECK(got.values[6] == Approx(right / n));
  require_close("gradient", gradient.get(), want,
                {1e-9, c.type == ElementType::bf16 ? 1.0 / 256.0 : 2e-6});
}

}  // namespace

TEST_CASE("gan_loss gives the mean loss, its gradient and the accuracy", "[kernels][loss]") {
  on_every_device([](Device& device) {
    for (const GanLoss kind : reference::gan_losses) {
      for (const GanSide side : reference::gan_sides) {
        for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
          for (const std::int64_t rows : {1, 31, 32, 33, 1025}) {
            check(device, {kind, side, rows % 2 == 0 ? 1.0F : 0.9F, type}, rows);
          }
        }
      }
    }
  });
}

TEST_CASE("gan_loss of many rows, and without an accuracy", "[kernels][loss]") {
  on_every_device([](Device& device) {
    // Past the rows that one block of the CUDA kernel adds up.
    check(device, {GanLoss::hinge, GanSide::fake, 1.0F, ElementType::f32}, 5000);
    const DeviceMatrix logits(device, 3, 1, {0.25, 2.0, -1.0});
    DeviceMatrix gradient(device, 3, 1);
    const DeviceState state(device);
    device.backend->run(*device.queue, GanLossTask{logits.view(),
                                                   gradient.ref(),
                                                   {GanLoss::lsgan, GanSide::fooled, 1.0F,
                                                    &state.get()->current.values[2], nullptr}});
    CHECK(state.read().current.values[2] == Approx((0.5625 + 1.0 + 4.0) / 6.0));
    CHECK(state.read().current.values[6] == 0.0F);
  });
}

TEST_CASE("gan_loss refuses what does not fit", "[kernels][loss]") {
  on_every_device([](Device& device) {
    const DeviceMatrix logits(device, 3, 1);
    DeviceMatrix gradient(device, 3, 1), longer(device, 4, 1);
    const DeviceState state(device);
    GanLossTask task{logits.view(), gradient.ref()};
    CHECK_THROWS_AS(device.backend->run(*device.queue, task), Error);
    task.gradient = longer.ref();
    task.term.loss = &state.get()->current.values[2];
    CHECK_THROWS_AS(device.backend->run(*device.queue, task), Error);
  });
}
